"""Write stored keys again, after a release that compares texts in another way.

In batches, in the order of primary keys, and each in a transaction with how far it has
come: what is interrupted goes on there. What requests write in between is of the new
version already, and written again it stays the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import IntegrityError

from entra_scim.accounts import key_versions, look_alikes
from entra_scim.database import batches, prepared_writes, transactions
from entra_scim.models import (
    EnvironmentRole,
    KeyVersion,
    PendingRegrant,
    ProvisionedUser,
    RoleAssignment,
)
from entra_scim.text.comparison_keys import VERSION, role_key

from . import elements, keys


def is_needed() -> bool:
    """Tell whether stored keys are older than those that look-ups ask for."""
    return key_versions.stored().version < VERSION


def rebuild() -> Iterator[tuple[int, list[ProvisionedUser]]]:
    """Write the keys of everybody again, a batch for each step.

    The version is raised at the end, unless somebody is left out: two people whose
    names were different are the same by the new keys.

    Yields:
        How many people a batch had, and who of them is left out.

    Raises:
        Busy: The database gave a batch no turn.
    """
    transactions.repeated(_begin)
    transactions.repeated(_rebuild_roles)
    while True:
        number, left_out = transactions.repeated(_rebuild_batch)
        if not number:
            break
        yield number, left_out
        batches.give_way()
    look_alikes.note_all(apps)
    transactions.repeated(_finish)


def _locked_row() -> KeyVersion:
    """Return the row that tells how far it is, for one rebuild at a time."""
    list(transactions.for_update(KeyVersion.objects.all()))
    return key_versions.stored()


def _begin() -> None:
    row = _locked_row()
    if row.target != VERSION:
        row.target, row.reached, row.left_out = VERSION, None, 0
        row.save()


def _finish() -> None:
    row = _locked_row()
    if row.target and not row.left_out:
        row.version = row.target
    row.target, row.reached = 0, None
    row.save()


def _rebuild_roles() -> None:
    _rebuild_pending()
    for role in EnvironmentRole.objects.only("pk", "value", "value_key"):
        if role.value_key != role_key(role.value):
            EnvironmentRole.objects.filter(pk=role.pk).update(
                value_key=role_key(role.value)
            )


def _rebuild_pending() -> None:
    """Add the new keys to the old ones by which a change of roles finds its people.

    The names of the roles are no longer there, but in the assignments.
    """
    for pending in PendingRegrant.objects.exclude(former_keys=[]):
        values = (
            RoleAssignment.objects.filter(
                environment_id=pending.environment_id,
                value_key__in=pending.former_keys,
            )
            .values_list("value", flat=True)
            .distinct()
        )
        pending.former_keys = sorted(
            {*pending.former_keys, *(role_key(value) for value in values)}
        )
        pending.save(update_fields=["former_keys"])


def _rebuild_batch() -> tuple[int, list[ProvisionedUser]]:
    row = _locked_row()
    rows = ProvisionedUser.objects.order_by("pk")
    if row.reached is not None:
        rows = rows.filter(pk__gt=row.reached)
    primary_keys = list(rows.values_list("pk", flat=True)[: batches.SIZE])
    if not primary_keys:
        return 0, []
    locked = transactions.for_update(
        rows.filter(pk__in=primary_keys).select_related("user"), "self"
    )
    left_out = []
    for person in locked:
        try:
            with transactions.attempt():
                _rebuild_person(person)
        except IntegrityError:
            left_out.append(person)
    elements.renew(locked)
    _rebuild_assignments(locked)
    row.reached = primary_keys[-1]
    row.left_out += len(left_out)
    row.save()
    return len(primary_keys), left_out


def _rebuild_person(person: ProvisionedUser) -> None:
    before = {field: getattr(person, field) for field in keys.FIELDS}
    keys.set_all(person)
    changed: dict[str, Any] = {
        field: getattr(person, field)
        for field in keys.FIELDS
        if getattr(person, field) != before[field]
    }
    if changed:
        prepared_writes.update(ProvisionedUser, {"id": person.pk}, changed)


def _rebuild_assignments(people: Iterable[ProvisionedUser]) -> None:
    assignments = RoleAssignment.objects.filter(provisioned_user__in=people)
    for assignment in assignments:
        if assignment.value_key != role_key(assignment.value):
            assignments.filter(pk=assignment.pk).update(
                value_key=role_key(assignment.value)
            )
