"""Tell what happened to a person: in the story of events, and to the product."""

from __future__ import annotations

from django.db import transaction
from django.dispatch import Signal

from . import events, signals, transactions
from .events import Origin
from .grants import Changes
from .models import ProvisionedUser, ProvisioningEvent

Kind = ProvisioningEvent.Kind

_SIGNALS: dict[str, Signal] = {
    Kind.CREATED: signals.user_created,
    Kind.LINKED: signals.user_linked,
    Kind.UPDATED: signals.user_updated,
    Kind.DEACTIVATED: signals.user_deactivated,
    Kind.REACTIVATED: signals.user_reactivated,
    Kind.RELEASED: signals.user_released,
    Kind.SET_ASIDE: signals.user_released,
    Kind.OBJECT_ID_ACCEPTED: signals.user_updated,
}


def tell(person: ProvisionedUser, kind: str, changes: Changes, origin: Origin) -> None:
    """Leave the event of a change, and send its signals once it is committed.

    In the caller's transaction.
    """
    user, environment = person.user, person.environment
    events.record(
        environment,
        kind,
        user=user,
        name=person.display_name,
        changes={what: names for what, names in changes.items() if names},
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

    transaction.on_commit(send, using=transactions.database())
