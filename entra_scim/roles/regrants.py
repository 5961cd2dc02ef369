"""Give the groups of changed roles to just the people whose roles grant them now.

A few people at once, in the transaction of the change. Many in batches, each a short
transaction: the change is answered at once, Entra's requests go on, and whatever ends
the work, the next batch begins where the last one was committed.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q

from entra_scim import signals
from entra_scim.accounts import links
from entra_scim.database import batches, transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import (
    PendingRegrant,
    ProvisionedUser,
    ProvisioningEvent,
    RoleAssignment,
)

from . import assignments, handing_over, memberships

AT_ONCE = 100
"""How many people are served in the transaction of a role's change."""

BATCH = 100
"""How many people each of the batches looks at, at most."""

ASKING = 0.2
"""For how many seconds a batch asks the policy about people, at least about one.

It may take a statement for each, and a request of Entra's that does a batch waits."""

HOLDING = 0.2
"""For how many seconds a product takes over roles under the environment's lock.

Where it keeps roles of its own, each person costs statements of the product's, and
everybody else's request waits."""


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
    at_once: list[Any] | None = None
    for group_id, former_keys in changed.items():
        former = set(former_keys)
        pending = _pending(environment).filter(group_id=group_id).first()
        granting = assignments.keys_granting(environment, group_id)
        if granting:
            memberships.columns()
        few = None
        if pending is None:
            few = _concerned(environment, group_id, granting, former)
        if few is not None:
            difference = _difference(environment, group_id, granting, former, few)
            users = _bring(environment, difference, _in_force(difference.joining))
            at_once = [*(at_once or ()), *users]
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
    if at_once is not None:
        users = [*dict.fromkeys(at_once)]  # a moved role concerns them twice
        _tell(environment, event, len(users), users)


def pending_of(environment: AnyEnvironment) -> list[PendingRegrant]:
    """Return what is still to be done for an environment, oldest first."""
    return list(_pending(environment).select_related("group"))


def work(environment: AnyEnvironment, seconds: float) -> None:
    """Do batches for some time, if there are any to do: at least one."""
    until = time.monotonic() + seconds
    while step(environment) and time.monotonic() < until:
        batches.give_way()


def step(environment: AnyEnvironment) -> bool:
    """Do one batch, and tell whether there was one.

    Whose link is in force is asked before the lock is taken: the policy may need a
    statement for each person, and nobody else is to wait for that.

    Raises:
        Busy: The database gave the batch no turn.
    """
    pending = _pending(environment).first()
    if pending is None:
        return False
    page = _page(environment, pending)
    asked, in_force = _asked(page, _work(environment, pending, page).joining)
    transactions.repeated(
        lambda: _batch(
            environment,
            pending,
            page[:asked],
            in_force,
            is_last=asked == len(page) < BATCH,
        )
    )
    return True


def _batch(
    environment: AnyEnvironment,
    begun: PendingRegrant,
    page: list[tuple[Any, Any]],
    in_force: set[Any],
    *,
    is_last: bool,
) -> None:
    transactions.lock_environment(environment)
    pending = _pending(environment).filter(pk=begun.pk).first()
    if pending is None or (pending.event_id, pending.after_id) != (
        begun.event_id,
        begun.after_id,
    ):
        return  # somebody else did the batch, or the role has changed again
    users: list[Any] = []
    served = 0
    until = time.monotonic() + HOLDING
    for part in handing_over.parts(page):
        users += _bring(environment, _work(environment, pending, part), in_force)
        served += len(part)
        if time.monotonic() >= until:
            break
    pending.changed += len(users)
    pending.done += served
    if is_last and served == len(page):
        _tell(environment, pending.event, pending.changed, users)
        pending.delete()
        return
    _tell(environment, None, 0, users)
    pending.after_id, pending.after_created = page[served - 1]
    pending.save()


def _page(
    environment: AnyEnvironment, pending: PendingRegrant
) -> list[tuple[Any, Any]]:
    """Return the links of the next batch, in the order of the index of pages."""
    people = ProvisionedUser.objects.for_environment(environment)
    if pending.after_created is not None:
        people = people.filter(
            Q(created__gt=pending.after_created) | Q(id__gt=pending.after_id),
            created__gte=pending.after_created,
        )
    return list(people.order_by("created", "id").values_list("pk", "created")[:BATCH])


def _concerned(
    environment: AnyEnvironment, group_id: Any, granting: set[str], former: set[str]
) -> list[Any] | None:
    """Return the links of everybody that a change concerns, or None if they are many."""
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


@dataclass(frozen=True)
class _Work:
    group_id: Any
    joining: dict[Any, Any]
    """Who is to be put into the group: primary keys of users by those of links."""
    leaving: list[Any]
    assigned: list[Any]
    """Who has, or had, a role that grants the group."""


def _work(
    environment: AnyEnvironment,
    pending: PendingRegrant,
    page: list[tuple[Any, Any]],
) -> _Work:
    return _difference(
        environment,
        pending.group_id,
        assignments.keys_granting(environment, pending.group_id),
        set(pending.former_keys),
        [pk for pk, _created in page],
    )


def _difference(
    environment: AnyEnvironment,
    group_id: Any,
    granting: set[str],
    former: set[str],
    keys: list[Any],
) -> _Work:
    """Return who of some people, by their links, is to join or leave a group.

    People for whom Entra sent no roles keep what they have. Where no role grants the
    group any more, only those lose it whose role did.
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
    joining, leaving = {}, []
    for pk, (user_id, active) in people.items():
        if active and pk in assigned["granting"]:
            if user_id not in members:
                joining[pk] = user_id
        elif user_id in members and (granting or pk in assigned["former"]):
            leaving.append(user_id)
    of_roles = assigned["granting"] | assigned["former"]
    concerned = [people[pk][0] for pk in sorted(of_roles)]
    return _Work(group_id, joining, leaving, concerned)


def _in_force(keys: Iterable[Any]) -> set[Any]:
    return {link.pk for link in _links(keys).values() if links.is_in_force(link)}


def _asked(
    page: list[tuple[Any, Any]], joining: Collection[Any]
) -> tuple[int, set[Any]]:
    """Return how many of a batch there was time for, and who of them is in force."""
    until = time.monotonic() + ASKING
    people = _links(joining)
    in_force: set[Any] = set()
    for number, (pk, _created) in enumerate(page, 1):
        if pk not in people:
            continue
        if links.is_in_force(people[pk]):
            in_force.add(pk)
        if time.monotonic() >= until:
            return number, in_force
    return len(page), in_force


def _links(keys: Iterable[Any]) -> dict[Any, ProvisionedUser]:
    people = ProvisionedUser.objects.filter(pk__in=[*keys]).select_related("user")
    return {link.pk: link for link in people}


def _bring(environment: AnyEnvironment, work: _Work, in_force: set[Any]) -> list[Any]:
    """Change the group, and return the primary keys of the users concerned.

    Somebody who joins and is not among those in force became so just now; the request
    that did it has given them the group.
    """
    joined = [user_id for pk, user_id in work.joining.items() if pk in in_force]
    memberships.join(joined, work.group_id)
    memberships.leave(work.leaving, work.group_id)
    handing_over.hand_over_all(environment, {*work.assigned, *work.leaving})
    return joined + work.leaving


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
        transactions.after_commit(
            lambda: signals.roles_changed.send_robust(
                ProvisionedUser, user_ids=user_ids, environment=environment
            )
        )


def _pending(environment: AnyEnvironment) -> models.QuerySet[Any]:
    return PendingRegrant.objects.for_environment(environment).order_by("pk")
