"""Access tokens for Microsoft Graph.

https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from entra_emulator.applications import Application
from entra_emulator.directory import new_id

from .keys import SigningKeys

GRAPH = "https://graph.microsoft.com"
LIFETIME = datetime.timedelta(hours=1)


def permission_of(scope: str) -> str | None:
    """Return the permission that a scope asks of Graph, or None if it asks for none."""
    return scope.removeprefix(f"{GRAPH}/") if scope.startswith(f"{GRAPH}/") else None


def delegated(
    keys: SigningKeys, tenant_id: str, client_id: str, permissions: Iterable[str]
) -> str:
    """Return a token of somebody who lets an application do something for them."""
    claims = _claims(tenant_id, client_id)
    return keys.sign({**claims, "scp": " ".join(permissions)})


def app_only(keys: SigningKeys, tenant_id: str, application: Application) -> str:
    """Return a token of an application itself, with what was granted to it.

    https://learn.microsoft.com/en-us/graph/auth-v2-service
    """
    principal_id = application.service_principal_id
    return keys.sign(
        {
            **_claims(tenant_id, application.client_id),
            "idtyp": "app",
            "oid": principal_id,
            "sub": principal_id,
            "roles": sorted(application.graph_permissions),
        }
    )


def _claims(tenant_id: str, client_id: str) -> dict[str, Any]:
    now = datetime.datetime.now(datetime.UTC)
    return {
        "aud": GRAPH,
        "iss": f"https://sts.windows.net/{tenant_id}/",
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
        "appid": client_id,
        "tid": tenant_id,
        "uti": new_id(),
        "ver": "1.0",
    }
