"""What vouches for the product at Entra in place of a secret: an issuer's assertion.

https://learn.microsoft.com/en-us/entra/workload-id/workload-identity-federation
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import jwt
from django.utils.module_loading import import_string

from entra_scim.conf import conf
from entra_scim.secrecy.hiding import Secret, without_variables

from .calls import Answer, ProviderDown, call

AUDIENCE = "api://AzureADTokenExchange"
_VIRTUAL_MACHINE = "http://169.254.169.254/metadata/identity/oauth2/token"
_LONGEST = 50_000
_BEFORE_END = 300
"""Seconds before its end from which on a token is asked for anew."""
_ENTRAS_LEEWAY = 60
"""Seconds that a token must still last where the endpoint gives no new one."""


class NoAssertion(Exception):
    """No assertion can be had; the text says why, for the log and administrators."""


@dataclass(frozen=True)
class _Kept:
    """A token of this machine, in the memory of this process alone."""

    token: Secret
    ends: float


_kept: dict[tuple[str, str], _Kept] = {}
"""By endpoint and client ID. Azure asks not to be asked for each sign-in:
https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#token-caching
"""


@dataclass(frozen=True)
class Identity:
    """What Entra must be told of an issuer's assertions to trust them."""

    issuer: str
    subject: str
    audience: str


def kinds() -> list[str]:
    """Return the kinds of assertions that the product is configured to get."""
    return [kind for kind in _SOURCES if kind in conf.FEDERATED_CREDENTIALS]


@without_variables
def assertion(kind: str) -> Secret:
    """Return an assertion that is valid now.

    Raises:
        NoAssertion: The product is not configured for that kind, or gets none.
    """
    if kind not in kinds():
        raise NoAssertion(f"ENTRA_SCIM_FEDERATED_CREDENTIALS has no {kind!r}")
    found = _SOURCES[kind](conf.FEDERATED_CREDENTIALS[kind])
    if not found:
        raise NoAssertion(f"the {kind} gave an empty assertion")
    return found


@without_variables
def identity(kind: str) -> Identity:
    """Return what the issuer of a kind calls itself and the product.

    Entra compares each letter by letter.

    Raises:
        NoAssertion: There is none, or it is not a token.
    """
    try:
        # Entra verifies the token. Here it tells what to enter there, and no more.
        claims = jwt.decode(
            assertion(kind).reveal(), options={"verify_signature": False}
        )
        audience = claims.get("aud", AUDIENCE)
        return Identity(
            issuer=str(claims["iss"]),
            subject=str(claims["sub"]),
            audience=str(audience if isinstance(audience, str) else audience[0]),
        )
    except (jwt.PyJWTError, KeyError, IndexError, TypeError):
        raise NoAssertion(f"the {kind} gave no token with iss and sub") from None


@without_variables
def _of_file(path: str) -> Secret:
    """Read what the platform renews: it must not be kept.

    https://azure.github.io/azure-workload-identity/docs/
    """
    try:
        with Path(path).open(encoding="ascii") as file:
            return Secret(file.read(_LONGEST).strip())
    except (OSError, ValueError) as error:
        raise NoAssertion(f"{path}: {type(error).__name__}") from None


@without_variables
def _of_managed_identity(client_id: str) -> Secret:
    """Ask the machine's own endpoint for a token that Entra takes as an assertion.

    https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
    https://learn.microsoft.com/en-us/azure/app-service/overview-managed-identity#rest-endpoint-reference
    """
    query = {"resource": AUDIENCE}
    key = (os.environ.get("IDENTITY_ENDPOINT", ""), client_id)
    kept = _kept.get(key)
    if kept and time.time() < kept.ends - _BEFORE_END:
        return kept.token
    try:
        token = _new_token(query, client_id)
    except NoAssertion:
        if kept and time.time() < kept.ends - _ENTRAS_LEEWAY:
            return kept.token
        _kept.pop(key, None)
        raise
    if ends := _end_of(token):
        _kept[key] = _Kept(token, ends)
    return token


@without_variables
def _new_token(query: dict[str, str], client_id: str) -> Secret:
    headers: dict[str, Secret | str]
    if endpoint := os.environ.get("IDENTITY_ENDPOINT"):
        query["api-version"] = "2019-08-01"
        headers = {"X-IDENTITY-HEADER": Secret(os.environ.get("IDENTITY_HEADER", ""))}
    else:
        endpoint = _VIRTUAL_MACHINE
        query["api-version"] = "2018-02-01"
        headers = {"Metadata": "true"}
    if client_id:
        query["client_id"] = client_id
    try:
        answer = call("GET", f"{endpoint}?{urlencode(query)}", headers=headers)
    except ProviderDown as error:
        raise NoAssertion(
            f"the managed identity's endpoint gave no answer ({error}). Does the product "
            "run in Azure, on a machine with a managed identity? Behind a web proxy, set "
            "NO_PROXY=169.254.169.254"
        ) from None
    token = answer.document.get("access_token")
    if answer.status == 200 and isinstance(token, Secret):
        return token
    raise NoAssertion(
        f"the managed identity's endpoint answered {answer.status}. {_remedy(answer)}"
    )


def _remedy(answer: Answer) -> str:
    """https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#error-handling"""
    if answer.status in (400, 403):
        return (
            "Assign the identity to the machine in Azure, under Identity, and compare "
            "its client ID with ENTRA_SCIM_FEDERATED_CREDENTIALS"
        )
    if answer.status in (404, 410, 429) or answer.status >= 500:
        return "It is busy or being renewed. Try again in a minute"
    return "Try again, and ask Azure's support if it stays so"


@without_variables
def _end_of(token: Secret) -> float:
    """Return when a token ends, by its own word; 0 if it does not say."""
    try:
        claims = jwt.decode(token.reveal(), options={"verify_signature": False})
        return float(claims["exp"])
    except (jwt.PyJWTError, KeyError, TypeError, ValueError):
        return 0


@without_variables
def _of_callable(name: str) -> Secret:
    try:
        given = import_string(name)()
    except Exception as error:
        # It is the product's: whatever it raises, nobody can sign in because of it.
        raise NoAssertion(f"{name} raised {type(error).__name__}") from None
    if not isinstance(given, str | Secret):
        raise NoAssertion(f"{name} returned no text")
    return Secret(given)


_SOURCES: dict[str, Callable[[str], Secret]] = {
    "file": _of_file,
    "managed_identity": _of_managed_identity,
    "callable": _of_callable,
}

KINDS = tuple(_SOURCES)
"""The kinds that the setting may have."""
