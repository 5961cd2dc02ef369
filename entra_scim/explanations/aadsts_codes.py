"""Entra's codes, explained to the person and to the administrator.

Codes: https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .explanation import ASK, Explanation

_AGAIN = _("Start again with the button. Do not use the back button of the browser.")


def _codes(*numbers: int) -> frozenset[str]:
    return frozenset(f"AADSTS{number}" for number in numbers)


_SECRET_EXPIRED = _codes(7000222)
_SECRET_WRONG = _codes(7000215, 7000218, 70002)
OF_A_SECRET = _SECRET_EXPIRED | _SECRET_WRONG
"""What Entra answers because of the client secret."""

OF_ENTRA: dict[frozenset[str], Explanation] = {
    _SECRET_EXPIRED: Explanation(
        person=ASK,
        administrator=_(
            "The client secret has expired. Make a new one in Entra, under App "
            "registrations → Certificates & secrets, and save it in the tab Microsoft "
            "Entra ID."
        ),
        urgent=True,
    ),
    _SECRET_WRONG: Explanation(
        person=ASK,
        administrator=_(
            "The client secret is wrong: often the Secret ID was pasted. Make a new "
            "one in Entra, and save its Value in the tab Microsoft Entra ID."
        ),
        urgent=True,
    ),
    _codes(700027, 700229, 700023, 700030, 50012): Explanation(
        person=ASK,
        administrator=_(
            "Entra does not know the certificate. Download it from the tab Microsoft "
            "Entra ID, and upload it in Entra under Certificates & secrets."
        ),
        urgent=True,
    ),
    _codes(70021, 700211, 700212, 700213): Explanation(
        person=ASK,
        administrator=_(
            "Entra knows no federated credential with this issuer, subject and audience. "
            "Compare them with the tab Microsoft Entra ID, letter by letter: in Entra, "
            "under Certificates & secrets → Federated credentials."
        ),
        urgent=True,
    ),
    _codes(700016, 90002, 700005, 50194, 700011, 50059, 50128, 90019): Explanation(
        person=ASK,
        administrator=_(
            "Entra does not know the application or the directory. Compare both IDs "
            "with App registrations → Overview in Entra: often the Object ID was pasted."
        ),
        urgent=True,
    ),
    _codes(90038, 900382, 900432, 90043, 90051): Explanation(
        person=ASK,
        administrator=_("The directory is in another cloud. Choose it in the tab."),
        urgent=True,
    ),
    _codes(50011, 500113, 900971, 70004): Explanation(
        person=ASK,
        administrator=_(
            "Entra does not know the Redirect URI. Copy it from the tab to App "
            "registrations → Authentication → Web."
        ),
        urgent=True,
    ),
    _codes(9002326, 9002325, 9002327, 700025): Explanation(
        person=ASK,
        administrator=_(
            "Entra has the Redirect URI for another platform. Move it to App "
            "registrations → Authentication → Web."
        ),
        urgent=True,
    ),
    _codes(700024, 500133) | {"clock"}: Explanation(
        person=ASK,
        administrator=_(
            "The clock of this server differs from Microsoft's by more than five "
            "minutes. Ask the people who run this product to set the time, for example by NTP."
        ),
        urgent=True,
    ),
    _codes(7000112, 70001, 500014, 1000031): Explanation(
        person=ASK,
        administrator=_(
            "The application is disabled in Entra: Enterprise applications → "
            "Properties → Enabled for users to sign-in."
        ),
        urgent=True,
    ),
    _codes(50105): Explanation(
        person=_(
            "You are not assigned to this application. Ask your administrator for it."
        ),
        administrator=_(
            "The person is not assigned to the application in Entra: Enterprise "
            "applications → Users and groups."
        ),
        other_account=True,
    ),
    (
        _codes(65001, 90094, 90095, 90008, 90093, 90099, 65005, 650052, 650056, 650057)
        | _codes(9002341)
        | {"consent_required"}
    ): Explanation(
        person=ASK,
        administrator=_(
            "Consent is missing. In Entra, open App registrations → API permissions, "
            "and choose Grant admin consent."
        ),
    ),
    frozenset(
        {"AADSTS65004", "access_denied", "cancel", "permission_denied"}
    ): Explanation(
        person=_("You cancelled signing in. Start again when you want to."),
        administrator=_("The person cancelled signing in."),
    ),
    _codes(500212, 500213, 500021, 500022, 50002): Explanation(
        person=_(
            "Your organisation or this one does not allow guests between both. Use "
            "your account of this organisation, or ask your administrator."
        ),
        administrator=_(
            "Cross-tenant access settings or tenant restrictions refused the person: "
            "in Entra, External Identities → Cross-tenant access settings."
        ),
        other_account=True,
    ),
    _codes(50053): Explanation(
        person=_(
            "Microsoft has locked your account for a while. Try again later, or ask "
            "your administrator."
        ),
        administrator=_(
            "Entra has locked the account: after wrong passwords, or because of where "
            "the attempt came from. See the sign-in logs in Entra."
        ),
    ),
    _codes(50055, 50056, 50126, 50135, 50144): Explanation(
        person=_(
            "Microsoft does not accept your password. Change it at Microsoft, and "
            "start again."
        ),
        administrator=_("The person's password in Entra is wrong or has expired."),
    ),
    (
        _codes(50020, 50034, 16000, 16003, 160021, 50014, 51004, 90072, 90084)
        | _codes(500200, 500208)
    ): Explanation(
        person=_(
            "This Microsoft account is not one of this organisation. Use your account "
            "of this organisation."
        ),
        administrator=_("The person used an account of another directory."),
        other_account=True,
    ),
    _codes(50057, 500571): Explanation(
        person=_("Your Microsoft account is disabled. Ask your administrator."),
        administrator=_("The person's account is disabled in Entra."),
        other_account=True,
    ),
    (
        _codes(50074, 50076, 50079, 50058, 50173, 50133, 50072, 50078, 50085, 50125)
        | _codes(50132, 50139, 50140, 50143, 50168, 50197, 50199, 51006, 16001, 16002)
        | _codes(70043, 500121, 700020, 53004, 53010)
        | {"interaction_required", "login_required", "account_selection_required"}
    ): Explanation(
        person=_("Microsoft wants to see you once more. Start again with the button."),
        administrator=_("The person has to sign in interactively, or enrol for MFA."),
    ),
    (
        _codes(53003, 53000, 53001, 53002, 53011, 530032, 530034, 530035, 530084)
        | _codes(50005, 50097, 50127, 50129, 50131, 50155, 50158, 50187)
    ): Explanation(
        person=_(
            "A rule of your organisation does not allow signing in from here. Use "
            "another device or network, or ask your administrator."
        ),
        administrator=_("A Conditional Access policy in Entra refused the person."),
    ),
    (
        _codes(90033, 90006, 90012, 90024, 90055, 90090, 90091, 50000, 50033, 50087)
        | _codes(50088, 50166, 70012, 80001, 80002, 80005, 80007, 80014, 501621)
        | {"server_error", "temporarily_unavailable"}
    ): Explanation(
        person=_("Microsoft cannot do it just now. Try again in a few minutes."),
        administrator=_(
            "Microsoft reports a fault that passes by itself. If it stays, see Service "
            "health in the Microsoft 365 admin center."
        ),
    ),
    (
        _codes(54005, 501481, 70000, 70008, 70019, 50089, 50136, 900561)
        | {"expired", "invalid_grant"}
    ): Explanation(
        person=_AGAIN,
        administrator=_("The attempt was too old or was used already."),
    ),
    _codes(50146, 501461, 50003): Explanation(
        person=ASK,
        administrator=_(
            "The application has a signing key of its own in Entra, which is not "
            "supported here. Remove the claims mapping from the application."
        ),
    ),
    (
        _codes(70011, 700054, 50196, 28002, 28003, 50147, 501491, 70003, 70005, 70007)
        | _codes(90004, 90005, 90014, 90015, 90023, 90056, 90100, 90102, 900144)
        | _codes(700022, 9000411, 9002313)
        | {"invalid_request", "invalid_scope", "unsupported_response_type"}
    ): Explanation(
        person=ASK,
        administrator=_(
            "Entra did not accept the request itself. Nothing in Entra has to change: "
            "tell the makers of this product, and mention the code."
        ),
    ),
}
OTHERWISE = Explanation(
    person=ASK,
    administrator=_(
        "Entra refused the sign-in with a code that is not known here. Look it up at "
        "https://login.microsoftonline.com/error"
    ),
)
