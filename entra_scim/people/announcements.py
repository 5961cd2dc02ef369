"""Tell what happened to a person: in the story of events, and to the product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.dispatch import Signal

from entra_scim import signals
from entra_scim.database import transactions
from entra_scim.document.documents import Kept
from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.roles.grants import Changes
from entra_scim.story import events
from entra_scim.story.events import Origin

Kind = ProvisioningEvent.Kind

_MOST_KEPT = 10
_LONGEST = 300

_SIGNALS: dict[str, Signal] = {
    Kind.CREATED: signals.user_created,
    Kind.LINKED: signals.user_linked,
    Kind.UPDATED: signals.user_updated,
    Kind.DEACTIVATED: signals.user_deactivated,
    Kind.DEACTIVATED_AGAIN: signals.user_deactivated,
    Kind.RESTORED: signals.user_updated,
    Kind.REACTIVATED: signals.user_reactivated,
    Kind.RELEASED: signals.user_released,
    Kind.SET_ASIDE: signals.user_released,
    Kind.OBJECT_ID_ACCEPTED: signals.user_updated,
}


def tell(
    person: ProvisionedUser,
    kind: str,
    changes: Changes,
    origin: Origin,
    kept: Sequence[Kept] = (),
) -> None:
    """Leave the event of a change, and send its signals once it is committed.

    In the caller's transaction. ``kept`` is what a request asked for in vain.
    """
    user, environment = person.user, person.environment
    told: dict[str, Any] = {**changes, "kept": _told(kept)}
    events.note(
        environment,
        kind,
        user=user,
        name=person.display_name,
        changes={what: names for what, names in told.items() if names},
        key_hint=origin.key_hint,
        correlation_id=origin.correlation_id,
    )
    roles_changed = changes.get("roles_added") or changes.get("roles_removed")

    def send() -> None:
        _SIGNALS[kind].send_robust(ProvisionedUser, user=user, environment=environment)
        if roles_changed:
            signals.roles_changed.send_robust(
                ProvisionedUser, user_ids=[user.pk], environment=environment
            )

    transactions.after_commit(send)


def kind_of_activity(person: ProvisionedUser) -> str:
    """Return what happened to somebody whose activity has changed."""
    return Kind.REACTIVATED if person.active else Kind.DEACTIVATED


def tell_refused(person: ProvisionedUser, kept: Sequence[Kept], origin: Origin) -> None:
    """Leave events of what a request asked for in vain, and changed nothing besides.

    Entra repeats such a request in each cycle: the same refusal is counted on one
    event, which is open as that of a refused request is.
    """
    for item in kept[:_MOST_KEPT]:
        events.record_refusal(
            person.environment,
            kind=Kind.REFUSED,
            reason=item.reason,
            detail=events.shortened(item.detail, _LONGEST),
            subject=f"rest {person.pk}",
            name=person.display_name,
            user_id=person.user_id,
            attribute=item.attribute,
            distinction=item.detail,
            origin=origin,
        )


def _told(kept: Sequence[Kept]) -> list[dict[str, str]]:
    """Return what stays as it was, as an event keeps it: shortened, and not endless."""
    return [
        {name: events.shortened(text, _LONGEST) for name, text in asdict(item).items()}
        for item in kept[:_MOST_KEPT]
    ]
