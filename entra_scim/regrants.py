"""Give the groups of changed roles to just the people whose roles grant them now.

A few people at once, in the transaction of the change. Many in batches, each a short
transaction: the change is answered at once, Entra's requests go on, and whatever ends
the work, the next batch begins where the last one was committed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from . import links, memberships, roles, signals, transactions
from .models import (
    PendingRegrant,
    ProvisionedUser,
    ProvisioningEvent,
    RoleAssignment,
)
from .models.environment import AnyEnvironment

AT_ONCE = 200
"""How many people are served in the transaction of a role's change."""

BATCH = 250
"""How many people each of the batches looks at."""


def begin(
    environment: AnyEnvironment,
    changed: Mapping[Any, Iterable[str]],
    event: ProvisioningEvent,
) -> None:
    """Regrant groups, by primary key, after a change of the environment's roles.

    With each group come the keys of the roles that no longer grant it. In the
    transaction of the change, which holds the environment's lock. Tells the event how
    many people it concerned, now or once the last batch is done.

    Raises:
        GroupsElsewhere: A role grants a group, and the user model has other groups.
    """
    for group_id, former_keys in changed.items():
        former = set(former_keys)
        pending = _pending(environment).filter(group_id=group_id).first()
        granting = roles.keys_granting(environment, group_id)
        if granting:
            memberships.columns()
        few = None
        if pending is None:
            few = _concerned(environment, group_id, granting, former)
        if few is not None:
            users = _bring(environment, group_id, granting, former, few)
            _tell(environment, event, len(users), users)
            continue
        PendingRegrant.objects.update_or_create(
            environment=environment,
            group_id=group_id,
            defaults={
                "former_keys": sorted(
                    {*former, *(pending.former_keys if pending else ())}
                ),
                "event": event,
                "total": ProvisionedUser.objects.for_environment(environment).count(),
                "done": 0,
                "changed": 0,
                "after_created": None,
                "after_id": None,
            },
        )


def pending_of(environment: AnyEnvironment) -> list[PendingRegrant]:
    """Return what is still to be done for an environment, oldest first."""
    return list(_pending(environment).select_related("group"))


def work(environment: AnyEnvironment, seconds: float) -> None:
    """Do batches for some time, if there are any to do: at least one."""
    until = time.monotonic() + seconds
    while step(environment) and time.monotonic() < until:
        pass


def step(environment: AnyEnvironment) -> bool:
    """Do one batch, and tell whether there was one.

    Raises:
        Busy: The database gave the batch no turn.
    """
    if not _pending(environment).exists():
        return False
    return transactions.repeated(lambda: _batch(environment))


def _batch(environment: AnyEnvironment) -> bool:
    transactions.lock_environment(environment)
    pending = _pending(environment).first()
    if pending is None:
        return False
    people = ProvisionedUser.objects.for_environment(environment)
    if pending.after_created is not None:
        people = people.filter(
            Q(created__gt=pending.after_created) | Q(id__gt=pending.after_id),
            created__gte=pending.after_created,
        )
    page = list(people.order_by("created", "id").values_list("pk", "created")[:BATCH])
    users = _bring(
        environment,
        pending.group_id,
        roles.keys_granting(environment, pending.group_id),
        set(pending.former_keys),
        [pk for pk, _created in page],
    )
    pending.changed += len(users)
    pending.done += len(page)
    if len(page) < BATCH:
        _tell(environment, pending.event, pending.changed, users)
        pending.delete()
        return True
    _tell(environment, None, 0, users)
    pending.after_id, pending.after_created = page[-1]
    pending.save()
    return True


def _concerned(
    environment: AnyEnvironment, group_id: Any, granting: set[str], former: set[str]
) -> list[Any] | None:
    """Return the links of everybody whom a change concerns, or None if they are many."""
    assigned = RoleAssignment.objects.for_environment(environment).filter(
        value_key__in=granting | former
    )
    found = {*assigned.values_list("provisioned_user_id", flat=True)[: AT_ONCE + 1]}
    if granting:
        user, _group = memberships.columns()
        members = ProvisionedUser.objects.for_environment(environment).filter(
            user_id__in=memberships.of_group(group_id).values(user)
        )
        found |= {*members.order_by().values_list("pk", flat=True)[: AT_ONCE + 1]}
    return sorted(found) if len(found) <= AT_ONCE else None


def _bring(
    environment: AnyEnvironment,
    group_id: Any,
    granting: set[str],
    former: set[str],
    keys: list[Any],
) -> list[Any]:
    """Put people into a group or take them out, as their roles say now.

    ``keys`` are of their links. People for whom Entra sent no roles keep what they
    have. Where no role grants the group any more, only those lose it whose role did.

    Returns:
        The primary keys of the users whose groups changed.
    """
    people = {
        pk: (user_id, active)
        for pk, user_id, active in ProvisionedUser.objects.for_environment(environment)
        .filter(pk__in=keys, roles_received_at__isnull=False)
        .values_list("pk", "user_id", "active")
    }
    assigned: dict[str, set[Any]] = {"granting": set(), "former": set()}
    for pk, key in (
        RoleAssignment.objects.for_environment(environment)
        .filter(provisioned_user__in=[*people], value_key__in=granting | former)
        .values_list("provisioned_user_id", "value_key")
    ):
        assigned["granting" if key in granting else "former"].add(pk)
    users = [user_id for user_id, _active in people.values()]
    members = {user_id for user_id, _group in memberships.pairs(users, [group_id])}
    joining, leaving = [], []
    for pk, (user_id, active) in people.items():
        if active and pk in assigned["granting"]:
            if user_id not in members:
                joining.append(pk)
        elif user_id in members and (granting or pk in assigned["former"]):
            leaving.append(user_id)
    joined = [
        link.user_id
        for link in ProvisionedUser.objects.filter(pk__in=joining).select_related(
            "user"
        )
        if links.is_in_force(link)
    ]
    memberships.join(joined, group_id)
    memberships.leave(leaving, group_id)
    return joined + leaving


def _tell(
    environment: AnyEnvironment,
    event: ProvisioningEvent | None,
    number: int,
    user_ids: list[Any],
) -> None:
    if event is not None:
        event.changes["people"] = event.changes.get("people", 0) + number
        event.save(update_fields=["changes"])
    if user_ids:
        transaction.on_commit(
            lambda: signals.roles_changed.send_robust(
                ProvisionedUser, user_ids=user_ids, environment=environment
            ),
            using=transactions.database(),
            robust=True,
        )


def _pending(environment: AnyEnvironment) -> models.QuerySet[Any]:
    return PendingRegrant.objects.for_environment(environment).order_by("pk")
