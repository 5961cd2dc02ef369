"""Access tokens for Microsoft Graph.

https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

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
    now = datetime.datetime.now(datetime.UTC)
    return keys.sign(
        {
            "aud": GRAPH,
            "iss": f"https://sts.windows.net/{tenant_id}/",
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "appid": client_id,
            "scp": " ".join(permissions),
            "tid": tenant_id,
            "uti": new_id(),
            "ver": "1.0",
        }
    )
