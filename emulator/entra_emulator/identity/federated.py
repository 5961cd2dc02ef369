"""Assertions of other issuers, which an application trusts in place of its own.

https://learn.microsoft.com/en-us/entra/workload-id/workload-identity-federation
"""

from __future__ import annotations

import json
from typing import Any

import jwt
import urllib3

from entra_emulator.applications import Application, FederatedCredential

from .refusals import SignInRefused

_LEEWAY = 5 * 60  # seconds
_TIMEOUT = 5  # seconds
_MOST_KEYS = 100
"""Entra looks at no more of an issuer's keys."""


def is_of_another_issuer(application: Application, assertion: str) -> bool:
    """Tell whether an assertion names no certificate, and an issuer of its own."""
    try:
        header = jwt.get_unverified_header(assertion)
    except jwt.PyJWTError:
        return False
    return not {"x5t", "x5t#S256"} & header.keys() and (
        str(_claims_of(assertion).get("iss")) != application.client_id
    )


def check(application: Application, assertion: str, token_endpoint: str) -> None:
    """Check an assertion by the application's federated identity credentials.

    Issuer, subject and audience are compared letter by letter.

    Raises:
        SignInRefused: None of them fits, or the issuer did not sign it.
    """
    claims = _claims_of(assertion)
    if str(claims.get("iss")).startswith(token_endpoint.partition("/oauth2/")[0]):
        raise SignInRefused(700229, str(claims.get("iss")))
    known = [
        credential
        for credential in application.federated_credentials
        if credential.issuer == claims.get("iss")
    ]
    if not known:
        raise SignInRefused(700211, str(claims.get("iss")))
    fitting = [one for one in known if one.subject == claims.get("sub")]
    if not fitting:
        raise SignInRefused(700213, str(claims.get("sub")))
    try:
        jwt.decode(
            assertion,
            _key_of(fitting[0], assertion),
            algorithms=["RS256"],
            audience=fitting[0].audience,
            leeway=_LEEWAY,
            options={"require": ["aud", "exp", "iss", "sub"]},
        )
    except jwt.InvalidAudienceError:
        raise SignInRefused(700212, str(claims.get("aud"))) from None
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError):
        raise SignInRefused(700024) from None
    except jwt.PyJWTError as error:
        raise SignInRefused(700027, str(error)) from None


def _claims_of(assertion: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            assertion, options={"verify_signature": False}
        )
    except jwt.PyJWTError:
        return {}
    return claims


def _key_of(credential: FederatedCredential, assertion: str) -> jwt.PyJWK:
    """Return the issuer's key that an assertion names (OpenID Connect Discovery §4)."""
    kid = jwt.get_unverified_header(assertion).get("kid")
    issuer = credential.issuer.rstrip("/")
    document = _fetched(f"{issuer}/.well-known/openid-configuration")
    keys = _fetched(str(document.get("jwks_uri"))).get("keys") or []
    for key in keys[:_MOST_KEYS]:
        if key.get("kid") == kid:
            return jwt.PyJWK({**key, "alg": "RS256"})
    raise SignInRefused(700027, "the issuer publishes no such key")


def _fetched(url: str) -> dict[str, Any]:
    try:
        with urllib3.PoolManager(retries=False, timeout=_TIMEOUT) as pool:
            document: dict[str, Any] = json.loads(pool.request("GET", url).data)
    except (urllib3.exceptions.HTTPError, ValueError):
        raise SignInRefused(50166, url) from None
    return document
