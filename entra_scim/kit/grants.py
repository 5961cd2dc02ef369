"""What somebody who signed in to Entra lets the product do there, for some minutes.

It is in their session, encrypted, until the set-up has ended, they discard it, or it
expires. It is refreshed by nothing: nobody asks for a refresh token.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from entra_scim.conf import conf
from entra_scim.connection import authorities, encryption
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.secrecy.hiding import Secret, without_variables

_GRANT = "entra_scim_set_up"
_ASKED = "entra_scim_set_up_asked"
_LONGEST = 60 * 60  # seconds


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A token for Microsoft Graph, and of which directory and person it is."""

    token: Secret
    tenant_id: str
    name: str


def is_offered(cloud: str) -> bool:
    """Tell whether the product has a set-up application in a cloud.

    It is in the global one: application IDs of another cloud are others.
    """
    return bool(conf.SETUP_CLIENT_ID) and cloud in ("global", authorities.LOCAL)


def ask(session: Any, environment: AnyEnvironment) -> None:
    """Note that somebody may sign in to Entra for an environment, once."""
    session[_ASKED] = str(environment.pk)


def take_asked(session: Any) -> str:
    """Return for which environment somebody was let go to Entra, and forget it."""
    return str(session.pop(_ASKED, ""))


@without_variables
def keep(
    session: Any,
    environment_id: str,
    *,
    token: Secret,
    tenant_id: str,
    name: str,
    lasts: int,
) -> None:
    """Keep what somebody granted, for as long as it lasts."""
    session[_GRANT] = {
        "environment": environment_id,
        "token": encryption.seal(_purpose(environment_id), token),
        "tenant": tenant_id,
        "name": name,
        "until": time.time() + min(lasts, _LONGEST),
    }


@without_variables
def of(session: Any, environment: AnyEnvironment) -> Grant | None:
    """Return what a visitor was granted for an environment, if it is still valid."""
    kept = session.get(_GRANT)
    environment_id = str(environment.pk)
    if not kept or kept["environment"] != environment_id:
        return None
    if kept["until"] <= time.time():
        forget(session)
        return None
    try:
        token = encryption.unseal(_purpose(environment_id), kept["token"])
    except encryption.Unreadable:
        forget(session)
        return None
    return Grant(token=Secret(token), tenant_id=kept["tenant"], name=kept["name"])


def forget(session: Any) -> None:
    """Forget what was granted."""
    session.pop(_GRANT, None)


def _purpose(environment_id: str) -> str:
    return f"set-up {environment_id}"
