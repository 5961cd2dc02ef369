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
    """Permissions that something here asks for, delegated or of an application.

    https://learn.microsoft.com/en-us/graph/permissions-reference
    """

    READ_APPLICATIONS = "Application.Read.All"
    WRITE_APPLICATIONS = "Application.ReadWrite.All"
    WRITE_GRANTS = "DelegatedPermissionGrant.ReadWrite.All"
    READ_SYNCHRONIZATION = "Synchronization.Read.All"
    WRITE_SYNCHRONIZATION = "Synchronization.ReadWrite.All"
    WRITE_ASSIGNMENTS = "AppRoleAssignment.ReadWrite.All"
    READ_USERS = "User.Read.All"
    READ_GROUPS = "Group.Read.All"
    READ_DIRECTORY = "Directory.Read.All"
    READ_PROVISIONING_LOGS = "ProvisioningLog.Read.All"
    READ_AUDIT_LOGS = "AuditLog.Read.All"


@dataclass(frozen=True)
class Caller:
    """Who asks: an administrator with what they permitted, or an application itself."""

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
            options={"require": ["aud", "exp", "tid"]},
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
    # Of a person, scp says what the application may do; of an application, roles:
    # https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference
    permissions = claims.get("roles") or str(claims.get("scp", "")).split()
    return Caller(str(claims["tid"]), frozenset(permissions))
