"""Follow what others save, delete or open.

Each room has receivers for what it is about. Sessions are opened and closed in requests,
which rooms know nothing of: their receivers are here.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.signals import user_logged_in, user_logged_out

from .accounts import places
from .accounts import receivers as accounts
from .activation import lifecycle
from .connection.configuration import connection_of
from .environments import receivers as environments
from .people import drift
from .people import receivers as people
from .roles import receivers as roles
from .sign_in import gate, sessions, sign_ins, vouchers


def connect() -> None:
    """Connect the receivers, once however often the app is set up."""
    for room in (accounts, roles, people, environments):
        room.connect()
    user_logged_in.connect(_stamp_session, dispatch_uid="entra_scim.stamp_session")
    user_logged_out.connect(_close_session, dispatch_uid="entra_scim.close_session")


def _stamp_session(request: Any, user: Any, **kwargs: Any) -> None:
    # Libraries send the signal for tokens as well, without a session or a request.
    session = getattr(request, "session", {})
    if SESSION_KEY not in session:
        return
    belonging = gate.belonging_of(user)
    voucher = vouchers.take(session, user)
    is_signing_in = sign_ins.is_vouched_for(user)
    is_of_entra = is_signing_in or voucher is not None
    # What calls ``login()`` may have asked no backend.
    if belonging.has_left or (belonging.is_gated and not is_of_entra):
        drift.mend(user)
        logout(request)
        return
    sessions.stamp(session, user, belonging)
    if voucher is not None:
        sessions.stamp_entra(session, *voucher)
        environment = belonging.environment
        if places.are_people_shared():
            environment = voucher[0].environment
        if environment is not None and not is_signing_in:
            lifecycle.note_sign_in(connection_of(environment), user)
    for link in belonging.links:
        drift.look(link)


def _close_session(request: Any, **kwargs: Any) -> None:
    session = getattr(request, "session", {})
    if SESSION_KEY in session:
        sessions.close(session)
