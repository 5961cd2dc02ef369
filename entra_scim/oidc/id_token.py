"""What must be true of an ID token. Nothing here asks a database or a network."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import jwt

from entra_scim.secrecy.hiding import Secret, without_variables

LEEWAY = 300
"""Seconds that clocks may differ: as many as Microsoft's own libraries allow."""

_CLOCK = 24 * 60 * 60
"""Seconds up to which a clock is wrong. Beyond that, the token is."""

_REQUIRED = ["aud", "exp", "iat", "iss", "nbf", "nonce", "oid", "sub", "tid"]

_ODD = (ArithmeticError, RecursionError, TypeError, ValueError)
"""What the library does not foresee, such as a time that is not a number."""

KeyFinder = Callable[[str], jwt.PyJWK | None]
"""Returns the issuer's signing key with a kid, or None."""


class TokenRefused(Exception):
    """An ID token is not what it should be. The text is for the log."""


class ClocksDiffer(TokenRefused):
    """Nothing is wrong with an ID token but when it came."""


@without_variables
def verify(
    token: Secret | str,
    *,
    key_of: KeyFinder,
    issuer: str,
    client_id: UUID,
    tenant_id: UUID,
    nonce: Secret | str,
) -> dict[str, Any]:
    """Return the claims of an ID token of Entra's v2.0 endpoint, without the nonce.

    Source: OpenID Connect Core 1.0 §3.1.3.7, and
    https://learn.microsoft.com/en-us/entra/identity-platform/claims-validation

    Raises:
        ClocksDiffer: It would be right at another time of the day.
        TokenRefused: Says which check failed.
    """
    token = Secret(token).reveal()
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != "RS256":
            # Before a key is looked for: "none", or HS256 with the public key.
            raise TokenRefused("alg")
        kid = header.get("kid")
        key = key_of(kid) if isinstance(kid, str) else None
        if key is None or key.key_type != "RSA":
            raise TokenRefused("kid")
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=str(client_id),
            issuer=issuer,
            leeway=LEEWAY,
            options={"require": _REQUIRED, "strict_aud": True},
        )
        # Half of a surrogate pair: no page and no database takes it.
        json.dumps(claims, ensure_ascii=False).encode()
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as error:
        # The signature is right: it is looked at before the times.
        seconds = _difference(token)
        if seconds is None:
            raise TokenRefused(f"{type(error).__name__}: {error}") from None
        raise ClocksDiffer(f"Entra's clock is {seconds} s ahead") from None
    except (jwt.PyJWTError, *_ODD) as error:
        raise TokenRefused(f"{type(error).__name__}: {error}") from None
    for name in ("nonce", "oid", "sub", "tid"):
        if not isinstance(claims[name], str):
            raise TokenRefused(name)
    if claims["tid"].lower() != str(tenant_id):
        raise TokenRefused("tid")
    if claims.get("azp", claims["aud"]) != claims["aud"]:
        raise TokenRefused("azp")
    if Secret(nonce) != claims.pop("nonce"):
        raise TokenRefused("nonce")
    return claims


def _difference(token: str) -> int | None:
    """Return how far the clock that a token's times are from is ahead of ours.

    None, if they do not fit each other, or no clock is that wrong.
    """
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    times: list[Any] = [claims.get(name) for name in ("iat", "nbf", "exp")]
    if not all(type(moment) is int for moment in times):
        return None
    issued, begins, ends = times
    seconds = int(issued - time.time())
    fits = begins <= issued + LEEWAY and issued < ends
    return seconds if fits and abs(seconds) <= _CLOCK else None
