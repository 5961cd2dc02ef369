"""The story of an environment: what Entra did, and what was refused."""

from __future__ import annotations

import contextlib
import datetime
import uuid
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone

from entra_scim.database import batches, prepared_writes, transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import ProvisioningEvent
from entra_scim.text import comparison_keys


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a change comes from."""

    key_hint: str = ""
    """The first characters of the access key that was used; empty for local acts."""

    correlation_id: uuid.UUID | None = None
    """What the request's log lines and error are found by."""


_LONGEST_NAME = 300
_LONGEST_DETAIL = 2000
_MOST_NAMES = 100

_actor: ContextVar[str] = ContextVar("entra_scim_actor", default="")

LOCAL = Origin()
"""A change made here, by hand or by a command."""


@contextlib.contextmanager
def acting(user: Any) -> Iterator[None]:
    """Name a person in the events of everything that is done within the context."""
    token = _actor.set(user.get_username())
    try:
        yield
    finally:
        _actor.reset(token)


@contextlib.contextmanager
def by_itself() -> Iterator[None]:
    """Name nobody in the events of what happens while somebody only looks."""
    token = _actor.set("")
    try:
        yield
    finally:
        _actor.reset(token)


def shortened(text: str, longest: int) -> str:
    """Return a text with an ellipsis in place of what is beyond a length."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def record(
    environment: AnyEnvironment,
    kind: str,
    *,
    user: Any = None,
    name: str = "",
    changes: dict[str, Any] | None = None,
    key_hint: str = "",
    correlation_id: uuid.UUID | None = None,
) -> ProvisioningEvent:
    """Add an event, in the transaction of what it tells."""
    event = ProvisioningEvent(
        **_values(environment, kind, user, name, changes, key_hint, correlation_id)
    )
    event.save(force_insert=True)
    return event


def note(
    environment: AnyEnvironment,
    kind: str,
    *,
    user: Any,
    name: str,
    changes: dict[str, Any],
    key_hint: str,
    correlation_id: uuid.UUID | None,
) -> None:
    """Add an event as :func:`record` does, for what happens all the time."""
    values = _values(environment, kind, user, name, changes, key_hint, correlation_id)
    prepared_writes.insert(ProvisioningEvent, [values])


def _values(
    environment: AnyEnvironment,
    kind: str,
    user: Any,
    name: str,
    changes: dict[str, Any] | None,
    key_hint: str,
    correlation_id: uuid.UUID | None,
) -> dict[str, Any]:
    now = timezone.now()
    return {
        "environment_id": environment.pk,
        "at": now,
        "first_at": now,
        "kind": kind,
        "user_id": None if user is None else user.pk,
        "name": shortened(name, _LONGEST_NAME),
        "changes": _bounded(changes or {}),
        "key_hint": key_hint,
        "actor": _actor.get(),
        "correlation_id": correlation_id or uuid.uuid4(),
    }


def _bounded(changes: dict[str, Any]) -> dict[str, Any]:
    """Return changes with as many names as somebody reads, and none too long."""
    return {
        what: [
            shortened(name, _LONGEST_NAME) if isinstance(name, str) else name
            for name in names[:_MOST_NAMES]
        ]
        if isinstance(names, list)
        else names
        for what, names in changes.items()
    }


def record_refusal(
    environment: AnyEnvironment,
    *,
    kind: str,
    reason: str,
    detail: str,
    subject: str,
    name: str,
    user_id: Any = None,
    attribute: str = "",
    distinction: str = "",
    external_id: str = "",
    user_name: str = "",
    origin: Origin,
) -> uuid.UUID:
    """Add the event of a refused request, or count it on the one that is there.

    Entra repeats a refused request in each cycle. ``subject`` says whom or what
    the request was about: the same refusal for the same subject is one event.
    ``attribute`` is the name of the one to blame, if any, and ``distinction`` what
    tells refusals of one reason apart, so that a reference never leads to another
    explanation. ``external_id`` and ``user_name`` are those that a request sent for
    somebody who is not here yet; a later success is known by them to be the same
    person's. Texts are cut: they come from outside. Call it after the rollback of
    what was refused.

    Returns:
        The correlation id by which an administrator finds the event.

    Raises:
        Busy, Unavailable, Unconfirmed: The database did not take the event.
    """
    now = timezone.now()
    text = shortened(detail, _LONGEST_DETAIL)
    attribute = shortened(attribute, _LONGEST_NAME)
    fingerprint = comparison_keys.digest(
        "\0".join((kind, reason, attribute, distinction, subject))
    )
    rows = ProvisioningEvent.objects.for_environment(environment).filter(
        fingerprint=fingerprint
    )

    def count() -> uuid.UUID | None:
        # Another request may make the event between an update of nothing and a look.
        if not rows.update(
            count=F("count") + 1, at=now, key_hint=origin.key_hint, detail=text
        ):
            return None
        return rows.values_list("correlation_id", flat=True).first()

    def work() -> uuid.UUID:
        return (
            count()
            or ProvisioningEvent.objects.create(
                environment=environment,
                at=now,
                first_at=now,
                kind=kind,
                user_id=user_id,
                name=shortened(name, _LONGEST_NAME),
                changes={"refused": [attribute]} if attribute else {},
                reason=reason,
                detail=text,
                key_hint=origin.key_hint,
                correlation_id=origin.correlation_id or uuid.uuid4(),
                fingerprint=fingerprint,
                external_id_key=comparison_keys.external_id_key(external_id),
                user_name_key=comparison_keys.user_name_key(user_name)
                if user_name
                else None,
            ).correlation_id
        )

    try:
        return transactions.repeated(work)
    except IntegrityError:  # another request was refused for the same, just now
        return transactions.repeated(count) or uuid.uuid4()


def prune(before: datetime.datetime) -> int:
    """Delete the events whose last occurrence is before a time.

    Returns:
        How many were deleted.
    """
    old = ProvisioningEvent.objects.filter(at__lt=before)
    return batches.delete(old.order_by("at", "pk"))
