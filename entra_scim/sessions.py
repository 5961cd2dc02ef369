"""Whether a session may still be used.

What decides is kept in the session itself, so that it works on every session
backend, signed cookies included, which cannot be deleted on the server.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import IntegerField, QuerySet, Value
from django.utils import timezone

from . import gate
from .conf import conf
from .models import EntraSession, EntraSettings, ProvisionedUser, ReleasedUser
from .models.entra_settings import is_active

OPENED_AT = "entra_scim_opened_at"
ENVIRONMENT = "entra_scim_environment"
ENTRA_SESSION = "entra_scim_session"

_ENDED, _GATE, _SIGNED_IN = range(3)


def stamp(session: Any, user: AbstractBaseUser) -> None:
    """Note in a session that its user has signed in just now, somehow."""
    session[OPENED_AT] = timezone.now().timestamp()
    session.pop(ENTRA_SESSION, None)
    _stamp_environment(session, user)


def stamp_entra(session: Any, entra_session: EntraSession) -> None:
    """Note in a session that its user has signed in with Entra."""
    session[ENTRA_SESSION] = entra_session.pk


def close(session: Any) -> None:
    """End a sign-in with Entra whose user signs out.

    A session that is a cookie can be kept by whoever copied it; this cannot.
    """
    if entra_session := session.get(ENTRA_SESSION):
        EntraSession.objects.filter(pk=entra_session, ended_at=None).update(
            ended_at=timezone.now()
        )


def is_ended(user: AbstractBaseUser, session: Any) -> bool:
    """Tell whether a user's session may no longer be used. One statement.

    Ended are sessions of the inactive; those opened before Entra deactivated the
    person; those that a gated person opened with a password; those that Entra
    signed out; and those older than a sign-in may be. A session from before the
    app was installed counts as older than any end.
    """
    if not user.is_active:
        return True
    opened_at = session.get(OPENED_AT, 0)
    entra_session = session.get(ENTRA_SESSION)
    if entra_session is not None and _is_too_old(opened_at):
        return True
    if ENVIRONMENT not in session:
        _stamp_environment(session, user)
    signed_in = False
    for kind, first, second in _facts(user, session[ENVIRONMENT], entra_session):
        if kind == _ENDED and first and opened_at <= first.timestamp():
            return True
        if kind == _GATE and is_active(first, second, timezone.now()):
            return True
        if kind == _SIGNED_IN:
            signed_in = first is None
    return entra_session is not None and not signed_in


def _facts(
    user: AbstractBaseUser, environment_id: str, entra_session: int | None
) -> QuerySet[Any, tuple[int, datetime.datetime | None, datetime.datetime | None]]:
    rows = [
        _row(
            ProvisionedUser.objects.filter(user_id=user.pk),
            _ENDED,
            "sessions_ended_at",
            "created",
        ),
        _row(
            ReleasedUser.objects.filter(user_id=user.pk),
            _ENDED,
            "released_at",
            "released_at",
        ),
    ]
    if entra_session is not None:
        sessions = EntraSession.objects.filter(pk=entra_session, user_id=user.pk)
        rows.append(_row(sessions, _SIGNED_IN, "ended_at", "opened_at"))
    else:
        # Of the link as well: Entra may have linked the person since they came in.
        links = ProvisionedUser.objects.filter(user_id=user.pk).values("environment_id")
        linked = EntraSettings.objects.filter(environment_id__in=links)
        rows.append(_row(linked, _GATE, "activated_at", "confirmed_at"))
        if environment_id:
            noted = EntraSettings.objects.filter(environment_id=environment_id)
            rows.append(_row(noted, _GATE, "activated_at", "confirmed_at"))
    return rows[0].union(*rows[1:], all=True)


def _row(rows: QuerySet[Any], kind: int, first: str, second: str) -> QuerySet[Any, Any]:
    return rows.order_by().values_list(
        Value(kind, output_field=IntegerField()), first, second
    )


def _stamp_environment(session: Any, user: AbstractBaseUser) -> None:
    environment = gate.environment_of(user)
    session[ENVIRONMENT] = "" if environment is None else str(environment.pk)


def _is_too_old(opened_at: float) -> bool:
    age = conf.SESSION_AGE
    return age is not None and opened_at < timezone.now().timestamp() - age
