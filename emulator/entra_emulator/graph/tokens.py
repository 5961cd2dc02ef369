"""Access tokens for Graph: which tenant they are of, and what they permit.

https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import jwt

from entra_emulator.identity import SigningKeys, access_tokens

from .errors import GraphError

_GRAPH_EXPLORER = "de8bc8b5-d9f9-48b1-a8ad-b748da725064"


class Permission(StrEnum):
    """Delegated permissions that something here asks for.

    https://learn.microsoft.com/en-us/graph/permissions-reference
    """

    READ_APPLICATIONS = "Application.Read.All"
    WRITE_APPLICATIONS = "Application.ReadWrite.All"
    WRITE_GRANTS = "DelegatedPermissionGrant.ReadWrite.All"
    READ_SYNCHRONIZATION = "Synchronization.Read.All"
    WRITE_SYNCHRONIZATION = "Synchronization.ReadWrite.All"


@dataclass(frozen=True)
class Caller:
    """Who asks: a tenant's administrator, with what they permitted."""

    tenant_id: str
    permissions: frozenset[str]


def issue(keys: SigningKeys, tenant_id: str, permissions: Iterable[str]) -> str:
    """Return a delegated access token of an administrator, as Graph Explorer gets it."""
    return access_tokens.delegated(keys, tenant_id, _GRAPH_EXPLORER, permissions)


def caller_of(keys: SigningKeys, authorization: str) -> Caller:
    """Return who asks, by the header ``Authorization``.

    Raises:
        GraphError: There is no token, or it is not one for Graph that is valid.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise GraphError(
            401, "InvalidAuthenticationToken", "Access token is empty or missing."
        )
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        key = jwt.PyJWKSet.from_dict(keys.published(""))[str(kid)]
        claims = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=access_tokens.GRAPH,
            options={"require": ["aud", "exp", "tid", "scp"]},
        )
    except jwt.ExpiredSignatureError:
        raise GraphError(
            401, "InvalidAuthenticationToken", "Lifetime validation failed."
        ) from None
    except (jwt.PyJWTError, KeyError) as error:
        raise GraphError(
            401,
            "InvalidAuthenticationToken",
            f"Access token validation failed. {error}",
        ) from None
    return Caller(str(claims["tid"]), frozenset(str(claims["scp"]).split()))
