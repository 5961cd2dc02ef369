"""A tenant's endpoints and signing keys, from Django's cache where possible."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from typing import Any

import jwt

from entra_scim.connection import authorities
from entra_scim.connection.calls import ProviderDown, fetch
from entra_scim.connection.credentials import Credentials
from entra_scim.explanations import sign_in_codes
from entra_scim.explanations.sign_in_codes import code_of
from entra_scim.text.comparison_keys import digest

from . import caching, turns

_FRESH = 60 * 60  # seconds; Microsoft advises to look for new keys about hourly
_USABLE = 24 * 60 * 60
_RETRY = 60
_FEWEST_BITS = 2048
_UNKNOWN_KEY_RETRY = datetime.timedelta(minutes=5)
_DOWN = datetime.timedelta(seconds=15)
"""How long Entra is left alone after it has not answered."""

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def configuration(credentials: Credentials) -> dict[str, Any]:
    """Return the discovery document of a tenant.

    Source: OpenID Connect Discovery 1.0 §4.3

    Raises:
        ProviderDown: It cannot be had, or is not this tenant's.
    """
    issuer = authorities.issuer_of(credentials.cloud, credentials.tenant_id)
    host = authorities.hosts()[credentials.cloud]

    def is_good(document: dict[str, Any]) -> bool:
        endpoints = [document.get(name) for name in _ENDPOINTS]
        endpoints.append(document.get("end_session_endpoint", f"{host}/"))
        return document.get("issuer") == issuer and all(
            str(endpoint).startswith(f"{host}/") for endpoint in endpoints
        )

    return _cached(f"{issuer}/.well-known/openid-configuration", is_good)


def signing_key(credentials: Credentials, kid: str) -> jwt.PyJWK | None:
    """Return a tenant's signing key, or None if it has no such key.

    A key that is not known is looked for once in a while: Entra changes keys
    without notice, and tokens with invented ones must not make us ask each time.

    Raises:
        ProviderDown: The keys cannot be had.
    """
    url = configuration(credentials)["jwks_uri"]
    found = _find(_cached(url, _has_keys), kid)
    if found is None and turns.take(f"unknown key {url}", _UNKNOWN_KEY_RETRY):
        found = _find(_fetched(url, _has_keys), kid)
    return found


def _cached(url: str, is_good: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    entry = caching.get(_key("document", url))
    if entry is None:
        return _fetched(url, is_good)
    fetched_at, document = entry
    # One request a minute refreshes what is old; the others, and all while Entra
    # is down, go on with the last good one.
    if time.time() - fetched_at > _FRESH and caching.is_first(
        _key("refresh", url), _RETRY
    ):
        try:
            return _fetched(url, is_good)
        except ProviderDown:
            pass
    return dict(document)


def _fetched(url: str, is_good: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    # With nothing cached, each visitor would wait for it, and occupy a worker.
    down = f"down {url}"
    if turns.is_taken(down):
        raise ProviderDown("no answer just now")
    try:
        status, document = fetch("GET", url)
        if status != 200 or not is_good(document):
            text = f"{status} or a document of another issuer"
            raise ProviderDown(text, code=_code_of(document))
    except ProviderDown as error:
        if error.code == "down":
            turns.take(down, _DOWN)
        raise
    caching.put(_key("document", url), (time.time(), document), _USABLE)
    return document


def _code_of(document: dict[str, Any]) -> str:
    """Return Entra's code for a tenant that it does not have, such as a wrong ID."""
    code = code_of("down", str(document.get("error_description", "")))
    return code if sign_in_codes.is_known(code) else "down"


def _has_keys(document: dict[str, Any]) -> bool:
    keys = document.get("keys")
    return isinstance(keys, list) and bool(keys)


def _find(document: dict[str, Any], kid: str) -> jwt.PyJWK | None:
    for key in document["keys"]:
        if (
            isinstance(key, dict)
            and key.get("kid") == kid
            and key.get("kty") == "RSA"
            and key.get("use", "sig") == "sig"
            and key.get("alg", "RS256") == "RS256"
        ):
            try:
                found = jwt.PyJWK({**key, "alg": "RS256"})
            except jwt.PyJWTError:
                return None
            # Shorter keys can be broken (RFC 7518 §3.3); PyJWT only warns.
            return found if found.key.key_size >= _FEWEST_BITS else None
    return None


def _key(kind: str, url: str) -> str:
    return f"entra_scim:{kind}:{digest(url)}"
