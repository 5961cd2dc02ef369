"""What the product itself finds wrong with a sign-in, explained as Entra's codes are."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .explanation import ASK, Explanation

OWN: dict[frozenset[str], Explanation] = {
    frozenset({"down"}): Explanation(
        person=_("Microsoft does not answer. Try again in a few minutes."),
        administrator=_(
            "Entra did not answer in time, or not as it should. Try again in a few "
            "minutes. If it goes on, ask the people who run this product whether it "
            "reaches Microsoft."
        ),
    ),
    frozenset({"busy"}): Explanation(
        person=_("This site is very busy. Try again in a minute."),
    ),
    frozenset({"token"}): Explanation(
        person=ASK,
        administrator=_(
            "Entra's answer was not meant for this environment, or not signed by "
            "Entra. Compare both IDs with Entra."
        ),
    ),
    frozenset({"not_provisioned"}): Explanation(
        person=_(
            "You have no account here. Ask your administrator to assign you to this "
            "application; it then takes up to 40 minutes."
        ),
        administrator=_(
            "Entra signed in somebody who was never provisioned here. Assign them to "
            "the application. If they are assigned, externalId must be mapped to "
            "objectId: see the guide."
        ),
        other_account=True,
    ),
    frozenset({"inactive"}): Explanation(
        person=_("Your account here is inactive. Ask your administrator."),
        administrator=_(
            "The person is inactive here: assign them to the application in Entra."
        ),
        other_account=True,
    ),
    frozenset({"not_managed"}): Explanation(
        person=_(
            "Entra does not manage your account here any more. Sign in with your "
            "username and password."
        ),
        administrator=_(
            "The person is linked, but Entra no longer manages their account: it does "
            "not belong to this environment alone, or became the Admin's. Unlink the "
            "person in the tab if that is right."
        ),
        other_account=True,
    ),
    frozenset({"not_active"}): Explanation(
        person=_(
            "Signing in with Microsoft Entra is not switched on here. Go to the "
            "sign-in page of this product, and sign in with your username and password."
        ),
        administrator=_("The integration is not active."),
    ),
    frozenset({"unknown_organisation"}): Explanation(
        person=_(
            "We cannot tell your organisation by this address. Use the sign-in link "
            "of your organisation, or ask your administrator for it."
        ),
    ),
    frozenset({"credentials"}): Explanation(
        person=ASK,
        administrator=_(
            "The connection is not complete, or its client secret or certificate can "
            "no longer be read. Replace it in the tab Microsoft Entra ID."
        ),
        urgent=True,
    ),
    frozenset({"no_assertion"}): Explanation(
        person=ASK,
        administrator=_(
            "The product gets no assertion for its federated credential. The log says "
            "why. Check ENTRA_SCIM_FEDERATED_CREDENTIALS, and the file, endpoint or "
            "function that it names."
        ),
        urgent=True,
    ),
    frozenset({"not_asked"}): Explanation(
        person=_(
            "Microsoft Entra did not confirm that you entered your credentials again. "
            "Nothing was changed. In Entra, open App registrations → your application → "
            "Token configuration → Add optional claim → ID, tick auth_time, and choose "
            "Add. Then start again."
        ),
        administrator=_(
            "Entra did not say when the person entered their credentials. In Entra, "
            "open App registrations → Token configuration, and add the optional claim "
            "auth_time for the token type ID."
        ),
    ),
    frozenset({"not_allowed"}): Explanation(
        person=_("Start the test again from the tab Microsoft Entra ID."),
    ),
}
