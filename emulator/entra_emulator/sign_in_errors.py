"""The AADSTS codes of a sign-in: where each shows, and as which OAuth error.

https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Stage(enum.Enum):
    """How far a sign-in has come when Entra refuses it."""

    REQUEST = enum.auto()
    """Before anybody is asked who they are."""
    PERSON = enum.auto()
    """Once it is known who signs in."""
    TOKEN = enum.auto()
    """At the token endpoint: always as JSON."""


@dataclass(frozen=True)
class SignInError:
    """What a code means, and how the application hears of it."""

    stage: Stage
    error: str
    """The ``error`` of OAuth (RFC 6749 §4.1.2.1 and §5.2)."""
    text: str
    on_page: bool = False
    """Whether Entra keeps the browser, and says so on a page of its own."""


def _page(stage: Stage, error: str, text: str) -> SignInError:
    return SignInError(stage, error, text, on_page=True)


_REQUEST, _PERSON, _TOKEN = Stage.REQUEST, Stage.PERSON, Stage.TOKEN
_MFA = "interaction_required"

SIGN_IN_ERRORS: dict[int, SignInError] = {
    # The request
    90002: _page(_REQUEST, "invalid_request", "The tenant was not found."),
    50194: _page(
        _REQUEST,
        "invalid_request",
        "The application has a single tenant: name it in place of /common.",
    ),
    90038: _page(
        _REQUEST, "invalid_request", "The tenant belongs to another national cloud."
    ),
    900382: _page(
        _REQUEST, "invalid_request", "Confidential clients cannot cross clouds."
    ),
    900144: _page(_REQUEST, "invalid_request", "A parameter is missing."),
    9000411: _page(_REQUEST, "invalid_request", "A parameter came twice."),
    9002313: _page(_REQUEST, "invalid_request", "The request is malformed."),
    700016: _page(
        _REQUEST, "unauthorized_client", "The application is not in this directory."
    ),
    7000112: _page(_REQUEST, "unauthorized_client", "The application is disabled."),
    50011: _page(
        _REQUEST,
        "invalid_request",
        "The redirect URI of the request is not registered for the application.",
    ),
    500113: _page(
        _REQUEST,
        "invalid_request",
        "No redirect URI is registered for the application.",
    ),
    50146: _page(
        _REQUEST, "invalid_request", "The application needs a signing key of its own."
    ),
    501461: _page(
        _REQUEST,
        "invalid_request",
        "acceptMappedClaims needs an audience in a verified domain.",
    ),
    50196: _page(
        _REQUEST, "invalid_request", "The application asks again and again: a loop."
    ),
    700054: SignInError(
        _REQUEST,
        "unsupported_response_type",
        "The response type is not enabled for the application.",
    ),
    70011: SignInError(_REQUEST, "invalid_scope", "A scope of the request is none."),
    # The person
    50034: _page(
        _PERSON, "invalid_request", "The account does not exist in this directory."
    ),
    50020: _page(
        _PERSON,
        "invalid_request",
        "The account is of another directory, and no guest of this one.",
    ),
    50057: _page(_PERSON, "invalid_grant", "The account is disabled."),
    50105: _page(
        _PERSON,
        "access_denied",
        "The person is not assigned to a role of the application.",
    ),
    50058: SignInError(
        _PERSON, "login_required", "Nobody is signed in, and prompt is none."
    ),
    65001: SignInError(
        _PERSON, "consent_required", "Nobody consented to the application."
    ),
    65004: SignInError(_PERSON, "access_denied", "The person declined."),
    90094: SignInError(_PERSON, "access_denied", "An administrator has to consent."),
    90095: SignInError(
        _PERSON, "access_denied", "An administrator was asked for consent."
    ),
    50074: SignInError(_PERSON, _MFA, "Multifactor authentication is required."),
    50076: SignInError(
        _PERSON, _MFA, "Multifactor authentication is required by a changed policy."
    ),
    50079: SignInError(
        _PERSON, _MFA, "The person has to enrol for multifactor authentication."
    ),
    53000: SignInError(
        _PERSON, "access_denied", "Conditional Access requires a compliant device."
    ),
    53003: SignInError(
        _PERSON, "access_denied", "A Conditional Access policy blocks the access."
    ),
    # The token endpoint
    70003: SignInError(_TOKEN, "unsupported_grant_type", "The grant type is none."),
    7000215: SignInError(
        _TOKEN,
        "invalid_client",
        "The client secret is wrong. Send its value, not its ID.",
    ),
    7000222: SignInError(_TOKEN, "invalid_client", "The client secret has expired."),
    7000218: SignInError(
        _TOKEN,
        "invalid_client",
        "The request has neither client_secret nor client_assertion.",
    ),
    700027: SignInError(
        _TOKEN, "invalid_client", "The signature of the client assertion is wrong."
    ),
    700023: SignInError(
        _TOKEN, "invalid_client", "The audience of the client assertion is wrong."
    ),
    700024: SignInError(
        _TOKEN, "invalid_client", "The client assertion is outside its valid time."
    ),
    700229: SignInError(
        _TOKEN, "invalid_client", "The token cannot be a federated credential."
    ),
    700211: SignInError(
        _TOKEN,
        "invalid_client",
        "No federated identity credential has the assertion's issuer.",
    ),
    700212: SignInError(
        _TOKEN,
        "invalid_client",
        "No federated identity credential has the assertion's audience.",
    ),
    700213: SignInError(
        _TOKEN,
        "invalid_client",
        "No federated identity credential has the assertion's subject.",
    ),
    50166: SignInError(
        _TOKEN, "invalid_request", "The issuer of the assertion does not answer."
    ),
    900432: SignInError(
        _TOKEN, "invalid_client", "Confidential clients cannot cross clouds."
    ),
    9002326: SignInError(
        _TOKEN,
        "invalid_request",
        "Only single-page applications redeem codes across origins.",
    ),
    70000: SignInError(_TOKEN, "invalid_grant", "The code is none of ours."),
    70008: SignInError(_TOKEN, "invalid_grant", "The code has expired."),
    54005: SignInError(_TOKEN, "invalid_grant", "The code was redeemed already."),
    501481: SignInError(
        _TOKEN, "invalid_grant", "The code verifier does not match the challenge."
    ),
    700005: SignInError(
        _TOKEN, "invalid_grant", "The code is for another tenant or application."
    ),
    50173: SignInError(_TOKEN, "invalid_grant", "The grant was revoked."),
    50133: SignInError(
        _TOKEN, "invalid_grant", "The session ended, for the password changed."
    ),
}
