"""What went wrong with a sign-in, in words for the person and for the administrator.

Codes: https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What the person can do, and what the administrator can."""

    person: str | Promise
    administrator: str | Promise
    urgent: bool = False
    """Whether nobody can sign in until the administrator has done that."""

    other_account: bool = False
    """Whether another Microsoft account of the person's may work."""


_ASK = _("Ask your administrator, and mention the reference below.")
_AGAIN = _("Start again with the button. Do not use the back button of the browser.")

_EXPLANATIONS: dict[frozenset[str], Explanation] = {
    frozenset({"AADSTS7000222"}): Explanation(
        person=_ASK,
        administrator=_(
            "The client secret has expired. Make a new one in Entra, under App "
            "registrations → Certificates & secrets, and save it in the tab Microsoft "
            "Entra ID."
        ),
        urgent=True,
    ),
    frozenset({"AADSTS7000215", "AADSTS7000218"}): Explanation(
        person=_ASK,
        administrator=_(
            "The client secret is wrong: often the Secret ID was pasted. Make a new "
            "one in Entra, and save its Value in the tab Microsoft Entra ID."
        ),
        urgent=True,
    ),
    frozenset({"AADSTS700027", "AADSTS700229"}): Explanation(
        person=_ASK,
        administrator=_(
            "Entra does not know the certificate. Download it from the tab Microsoft "
            "Entra ID, and upload it in Entra under Certificates & secrets."
        ),
        urgent=True,
    ),
    frozenset(
        {"AADSTS700016", "AADSTS90002", "AADSTS700005", "AADSTS50194"}
    ): Explanation(
        person=_ASK,
        administrator=_(
            "Entra does not know the application or the directory. Compare both IDs "
            "with App registrations → Overview in Entra."
        ),
        urgent=True,
    ),
    frozenset({"AADSTS90038", "AADSTS900382", "AADSTS900432"}): Explanation(
        person=_ASK,
        administrator=_("The directory is in another cloud. Choose it in the tab."),
        urgent=True,
    ),
    frozenset({"AADSTS50011"}): Explanation(
        person=_ASK,
        administrator=_(
            "Entra does not know the Redirect URI. Copy it from the tab to App "
            "registrations → Authentication → Web."
        ),
        urgent=True,
    ),
    frozenset({"AADSTS7000112"}): Explanation(
        person=_ASK,
        administrator=_(
            "The application is disabled in Entra: Enterprise applications → "
            "Properties → Enabled for users to sign-in."
        ),
        urgent=True,
    ),
    frozenset({"AADSTS50105"}): Explanation(
        person=_(
            "You are not assigned to this application. Ask your administrator for it."
        ),
        administrator=_(
            "The person is not assigned to the application in Entra: Enterprise "
            "applications → Users and groups."
        ),
        other_account=True,
    ),
    frozenset({"AADSTS65001", "AADSTS90094", "AADSTS90095"}): Explanation(
        person=_ASK,
        administrator=_(
            "Consent is missing. In Entra, open App registrations → API permissions, "
            "and choose Grant admin consent."
        ),
    ),
    frozenset({"AADSTS65004", "access_denied", "cancel"}): Explanation(
        person=_("You cancelled signing in. Start again when you want to."),
        administrator=_("The person cancelled signing in."),
    ),
    frozenset({"AADSTS50020", "AADSTS50034"}): Explanation(
        person=_(
            "This Microsoft account is not one of this organisation. Use your account "
            "of this organisation."
        ),
        administrator=_("The person used an account of another directory."),
        other_account=True,
    ),
    frozenset({"AADSTS50057"}): Explanation(
        person=_("Your Microsoft account is disabled. Ask your administrator."),
        administrator=_("The person's account is disabled in Entra."),
        other_account=True,
    ),
    frozenset(
        {"AADSTS50074", "AADSTS50076", "AADSTS50079", "AADSTS50058", "AADSTS50173"}
        | {"AADSTS50133", "interaction_required", "login_required"}
    ): Explanation(
        person=_("Microsoft wants to see you once more. Start again with the button."),
        administrator=_("The person has to sign in interactively, or enrol for MFA."),
    ),
    frozenset({"AADSTS53003"}): Explanation(
        person=_(
            "A rule of your organisation does not allow signing in from here. Use "
            "another device or network, or ask your administrator."
        ),
        administrator=_("A Conditional Access policy in Entra refused the person."),
    ),
    frozenset({"AADSTS54005", "AADSTS501481", "expired"}): Explanation(
        person=_AGAIN,
        administrator=_("The attempt was too old or was used already."),
    ),
    frozenset({"AADSTS50146", "AADSTS501461"}): Explanation(
        person=_ASK,
        administrator=_(
            "The application has a signing key of its own in Entra, which is not "
            "supported here. Remove the claims mapping from the application."
        ),
    ),
    frozenset({"AADSTS70011", "AADSTS700054", "AADSTS50196"}): Explanation(
        person=_ASK,
        administrator=_(
            "Entra did not accept the request itself. Nothing in Entra has to change: "
            "tell the makers of this product, and mention the code."
        ),
    ),
    frozenset({"down"}): Explanation(
        person=_("Microsoft does not answer. Try again in a few minutes."),
        administrator=_("Entra did not answer in time, or not as it should."),
    ),
    frozenset({"token"}): Explanation(
        person=_ASK,
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
        administrator="",
    ),
    frozenset({"credentials"}): Explanation(
        person=_ASK,
        administrator=_(
            "The connection is not complete, or its client secret or certificate can "
            "no longer be read. Replace it in the tab Microsoft Entra ID."
        ),
        urgent=True,
    ),
    frozenset({"not_allowed"}): Explanation(
        person=_("Start the test again from the tab Microsoft Entra ID."),
        administrator="",
    ),
}
_OTHERWISE = Explanation(
    person=_ASK,
    administrator=_(
        "Entra refused the sign-in with a code that is not known here. Look it up at "
        "https://login.microsoftonline.com/error"
    ),
)
_BY_CODE = {
    code: explanation for codes, explanation in _EXPLANATIONS.items() for code in codes
}
_AADSTS = re.compile(r"\bAADSTS(\d{4,9})\b")
_CONDITIONAL_ACCESS = re.compile(r"AADSTS530\d{2,3}")
_PLAIN = re.compile(r"[a-z_]{1,40}")


def explain(code: str) -> Explanation:
    """Return the explanation of a code; a general one for codes that are not known."""
    if _CONDITIONAL_ACCESS.fullmatch(code):
        code = "AADSTS53003"
    return _BY_CODE.get(code, _OTHERWISE)


def urgent_codes() -> list[str]:
    """Return the codes by which nobody can sign in until somebody does something."""
    return sorted(code for code, one in _BY_CODE.items() if one.urgent)


def is_known(code: str) -> bool:
    """Tell whether a code has an explanation of its own."""
    return explain(code) is not _OTHERWISE


def told(code: str) -> str:
    """Return what an administrator is told of a code."""
    return f"{code}: {explain(code).administrator}"


def code_of(error: str, description: str) -> str:
    """Return the code of an error answer of Entra's.

    Nothing else of it is used: whoever forges the answer writes the text.
    """
    if found := _AADSTS.search(description):
        return f"AADSTS{found[1]}"
    return error if _PLAIN.fullmatch(error) else "unknown"
