"""From a code that Entra sent to the verified claims of its ID token."""

from __future__ import annotations

from typing import Any

from entra_scim.connection import authorities, calls
from entra_scim.connection.credentials import Credentials
from entra_scim.explanations.sign_in_codes import code_of
from entra_scim.secrecy.hiding import Secret, without_variables

from . import client, metadata
from .id_token import ClocksDiffer, TokenRefused, verify
from .problems import SignInProblem


@without_variables
def redeemed(
    credentials: Credentials,
    *,
    code: Secret,
    code_verifier: Secret,
    nonce: Secret,
    redirect_uri: str,
) -> dict[str, Any]:
    """Return the verified claims of the ID token that a code is for.

    ``code_verifier``, ``nonce`` and ``redirect_uri`` are those of the request that the
    code answers.

    Raises:
        SignInProblem: Entra refused, did not answer, or the token is not right, or
            nothing vouches for the product.
    """
    try:
        token = exchanged(
            credentials,
            {
                "client_id": str(credentials.client_id),
                "grant_type": "authorization_code",
                "code": code,
                "code_verifier": code_verifier,
                "redirect_uri": redirect_uri,
            },
        )
        return verify(
            token.get("id_token") or Secret(""),
            key_of=lambda kid: metadata.signing_key(credentials, kid),
            issuer=authorities.issuer_of(credentials.cloud, credentials.tenant_id),
            client_id=credentials.client_id,
            tenant_id=credentials.tenant_id,
            nonce=nonce,
        )
    except calls.ProviderDown as error:
        raise SignInProblem(error.code, detail=str(error)) from None
    except ClocksDiffer as error:
        raise SignInProblem("clock", detail=str(error)) from None
    except TokenRefused as error:
        raise SignInProblem("token", detail=str(error)) from None


@without_variables
def exchanged(
    credentials: Credentials, payload: dict[str, Secret | str]
) -> dict[str, Any]:
    """Return what the token endpoint answers to a grant (RFC 6749 §4).

    Raises:
        ProviderDown: Entra did not answer.
        SignInProblem: It refused, or nothing vouches for the product.
    """
    endpoint = metadata.configuration(credentials)["token_endpoint"]
    payload |= client.authentication(credentials, endpoint)
    status, answer = calls.fetch("POST", endpoint, payload)
    if status == 200:
        return answer
    # A refusal names its error (RFC 6749 §5.2).
    if status >= 500 or not answer.get("error"):
        raise calls.ProviderDown(f"status {status}")
    raise SignInProblem(
        code_of(str(answer.get("error", "")), str(answer.get("error_description", ""))),
        # What Microsoft's support asks for.
        detail=f"Entra's correlation_id {answer.get('correlation_id')!r:.50}",
    )
