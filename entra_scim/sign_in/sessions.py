"""Whether a session may still be used.

What decides is kept in the session itself, so that it works on every session
backend, signed cookies included, which cannot be deleted on the server.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connections
from django.db.models import IntegerField, QuerySet, Value
from django.utils import timezone

from entra_scim.accounts import links, places
from entra_scim.conf import conf
from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.database.transactions import deciding
from entra_scim.models import (
    EndedSessions,
    EntraConnection,
    EntraSession,
    ProvisionedUser,
)
from entra_scim.models.entra_connection import is_active

from . import gate
from .gate import Belonging

OPENED_AT = "entra_scim_opened_at"
ENVIRONMENT = "entra_scim_environment"
ENTRA_SESSION = "entra_scim_session"

DECISIVE = (SESSION_KEY, OPENED_AT, ENTRA_SESSION)
"""What tells one sign-in in a session from another."""

PROVED_AT = "entra_scim_proved_at"
"""When the user of a session proved last who they are."""

PROOF_LASTS = 10 * 60  # seconds, as long as one sits at the settings

_PASSED_OVER = "entra_scim_passed_over"
"""The environment of a link that was not in force, and when that was asked."""

_PASSED_OVER_FOR = 10 * 60  # seconds: the policy is not asked at each request

_ENDED, _LEFT, _GATE, _LINKED_SINCE, _SIGNED_IN = range(5)


def note_backend(user: Any, path: str) -> None:
    """Note which backend has found a user, if another one returns them."""
    user.entra_scim_backend = path


def stamp(session: Any, user: Any, belonging: Belonging) -> None:
    """Note in a session that its user has signed in just now, somehow."""
    path = getattr(user, "entra_scim_backend", "")
    if path and session[BACKEND_SESSION_KEY] == user.backend:
        session[BACKEND_SESSION_KEY] = path
    session[OPENED_AT] = session[PROVED_AT] = timezone.now().timestamp()
    session.pop(ENTRA_SESSION, None)
    _note(session, belonging)


def stamp_entra(
    session: Any, entra_session: EntraSession, authenticated_at: float
) -> None:
    """Note in a session that its user has signed in with Entra.

    ``authenticated_at`` is when they last showed Entra who they are, 0 if it does not
    say so: it may have let them through without a question, which proves nothing.
    """
    session[ENTRA_SESSION] = entra_session.pk
    session[PROVED_AT] = min(authenticated_at, session.get(PROVED_AT, 0))


def note_proof(session: Any) -> None:
    """Note in a session that its user has proved just now who they are."""
    session[PROVED_AT] = timezone.now().timestamp()


def is_proved(session: Any) -> bool:
    """Tell whether the user of a session has proved within minutes who they are."""
    proved: bool = session.get(PROVED_AT, 0) > timezone.now().timestamp() - PROOF_LASTS
    return proved


@transactions.repeating
def close(session: Any) -> None:
    """End a sign-in with Entra whose user signs out.

    A session that is a cookie can be kept by anyone who copied it; this cannot.
    """
    if entra_session := session.get(ENTRA_SESSION):
        EntraSession.objects.filter(pk=entra_session, ended_at=None).update(
            ended_at=timezone.now()
        )


@deciding()
def end_all(user: AbstractBaseUser) -> None:
    """End every session that a user has, for good. In the transaction that says why."""
    rows = EndedSessions.objects.all()
    features = connections[rows.db].features
    rows.bulk_create(
        [EndedSessions(pk=user.pk, ended_at=timezone.now())],
        update_conflicts=True,
        update_fields=["ended_at"],
        # MariaDB takes whichever constraint refuses the row.
        unique_fields=["user"]
        if features.supports_update_conflicts_with_target
        else None,
    )


@deciding()
def end_of(user: AbstractBaseUser, environment: AnyEnvironment) -> None:
    """End the sessions of a user that an environment's Entra may end.

    All, unless the account stays active for other environments: then those that it
    opened. Another one does not let them in here, see :mod:`.entrances`.
    """
    if places.are_people_shared() and user.is_active:
        EntraSession.objects.for_environment(environment).filter(
            user_id=user.pk, ended_at=None
        ).update(ended_at=timezone.now())
    else:
        end_all(user)


@deciding()
def opened_for(user: AbstractBaseUser, session: Any) -> Any:
    """Return the key of the environment whose Entra opened a user's session, or None.

    None as well if it has ended since.
    """
    rows = EntraSession.objects.filter(
        pk=session.get(ENTRA_SESSION), user_id=user.pk, ended_at=None
    )
    return rows.values_list("environment_id", flat=True).first()


def is_of(session: Any, user: AbstractBaseUser) -> bool:
    """Tell whether it is a user's own session, which they have opened."""
    own: bool = session.get(SESSION_KEY) == user._meta.pk.value_to_string(user)
    return own


@deciding()
def is_refused(user: AbstractBaseUser, session: Any) -> bool:
    """Tell whether a user may not act in a request, whose session may be another's.

    Middleware may know somebody without a session, as by a header: then the gate
    decides. Where an Admin who is signed in looks at the product in the place of
    somebody else, it is the Admin who acts.
    """
    if is_of(session, user):
        return is_ended(user, session)
    belonging = gate.belonging_of(user)
    if not user.is_active or belonging.has_left:
        return True
    return SESSION_KEY not in session and belonging.is_gated


@deciding()
def is_ended(user: AbstractBaseUser, session: Any) -> bool:
    """Tell whether a user's session may no longer be used. One statement, by index.

    For a session that was opened with Entra, it asks the policy too, as for each use of
    a link: Entra vouches no more for who became the Admin, or joined a second
    environment.

    ``session`` is the user's own, a session of Django's. The middleware asks for
    ``request.session``. Ask it yourself where you find sessions in another way, for
    example by a token in a header, or for a websocket.

    Ended are sessions of the inactive, whether the account says so or Entra; those
    from before somebody was deactivated or unlinked last; those that a gated person
    opened without Entra; those that Entra signed out; and those older than a sign-in
    may be. A session from before the app was installed counts as older than any end.
    """
    if not user.is_active:
        return True
    opened_at = session.get(OPENED_AT, 0)
    entra_session = session.get(ENTRA_SESSION)
    if places.are_people_shared():
        return _is_ended_of_shared(user, session)
    if ENVIRONMENT not in session:
        _note(session, gate.belonging_of(user))
    if entra_session is not None and (
        _is_too_old(opened_at) or not links.is_of(user, session[ENVIRONMENT])
    ):
        return True
    signed_in = False
    for kind, first, second in _facts(user, session, entra_session):
        if kind == _ENDED and first and opened_at <= first.timestamp():
            return True
        if kind == _LEFT:
            return True
        if kind == _SIGNED_IN:
            signed_in = first is None
        elif kind in (_GATE, _LINKED_SINCE) and is_active(
            first, second, timezone.now()
        ):
            if kind == _GATE:
                return True
            # Of a link that the session does not know: made since, or not in force.
            belonging = gate.belonging_of(user)
            _note(session, belonging)
            if belonging.is_gated:
                return True
    return entra_session is not None and not signed_in


def _is_ended_of_shared(user: AbstractBaseUser, session: Any) -> bool:
    """Tell it where people may belong to several environments.

    A session is of the environment whose Entra opened it, or of those that let people
    in without, and lasts for as long as they may be there.
    """
    opened_at = session.get(OPENED_AT, 0)
    ended = EndedSessions.objects.filter(pk=user.pk).values_list("ended_at", flat=True)
    if any(opened_at <= at.timestamp() for at in ended):
        return True
    belonging = gate.shared_belonging_of(user)
    if session.get(ENTRA_SESSION) is None:
        return belonging.has_left or belonging.is_gated
    environment = opened_for(user, session)
    return _is_too_old(opened_at) or environment not in [
        place.pk for place in belonging.places
    ]


def _facts(
    user: AbstractBaseUser, session: Any, entra_session: int | None
) -> QuerySet[Any, tuple[int, datetime.datetime | None, datetime.datetime | None]]:
    links = ProvisionedUser.objects.filter(user_id=user.pk)
    rows = [
        _row(EndedSessions.objects.filter(pk=user.pk), _ENDED, "ended_at", "ended_at"),
        _row(links.filter(active=False), _LEFT, "created", "created"),
    ]
    if entra_session is not None:
        sessions = EntraSession.objects.filter(pk=entra_session, user_id=user.pk)
        rows.append(_row(sessions, _SIGNED_IN, "ended_at", "opened_at"))
    else:
        environment = session[ENVIRONMENT]
        passed_over, asked_at = session.get(_PASSED_OVER, ("", 0))
        if asked_at < timezone.now().timestamp() - _PASSED_OVER_FOR:
            passed_over = ""
        judged = {environment, passed_over} - {""}
        linked = EntraConnection.objects.filter(
            environment_id__in=links.values("environment_id")
        ).exclude(environment_id__in=judged)
        rows.append(_row(linked, _LINKED_SINCE, "activated_at", "confirmed_at"))
        if environment:
            noted = EntraConnection.objects.filter(environment_id=environment)
            rows.append(_row(noted, _GATE, "activated_at", "confirmed_at"))
    return rows[0].union(*rows[1:], all=True)


def _row(rows: QuerySet[Any], kind: int, first: str, second: str) -> QuerySet[Any, Any]:
    return rows.order_by().values_list(
        Value(kind, output_field=IntegerField()), first, second
    )


def _note(session: Any, belonging: Belonging) -> None:
    environment, link = belonging.environment, belonging.link
    session[ENVIRONMENT] = "" if environment is None else str(environment.pk)
    if link is not None and link.environment != environment:
        session[_PASSED_OVER] = (str(link.environment_id), timezone.now().timestamp())


def _is_too_old(opened_at: float) -> bool:
    age = conf.SESSION_AGE
    return age is not None and opened_at < timezone.now().timestamp() - age
