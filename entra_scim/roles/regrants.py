"""Give what changed roles grant to just the people who have the roles now.

A few people at once, in the transaction of the change. Many in batches, each a short
transaction: the change is answered at once, Entra's requests go on, and whatever ends
the work, the next batch begins where the last one was committed.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import models
from django.db.models import Q

from entra_scim import signals
from entra_scim.accounts import key_versions, links
from entra_scim.database import batches, transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import PendingRegrant, ProvisionedUser, ProvisioningEvent

from . import assignments, differences, elsewhere, handing_over, memberships
from .differences import Difference, Grant

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
    changed: Mapping[Grant, Iterable[str]],
    event: ProvisioningEvent,
) -> None:
    """Regrant what is granted after a change of the environment's roles.

    With each grant come the keys of the roles that no longer grant it. In the
    transaction of the change, which holds the environment's lock. Tells the event how
    many people it concerned, now or once the last batch is done.

    Raises:
        GroupsElsewhere: A role grants a group, and the user model has other groups.
        Rebuilding: Keys of an older version do not tell who was assigned a role.
    """
    # Who seems to have been assigned nothing would lose the group.
    key_versions.check_current()
    at_once: list[Any] | None = None
    for grant, former_keys in changed.items():
        former = set(former_keys)
        pending = _pending_of(environment, grant)
        granting = assignments.keys_granting(environment, *grant)
        if granting and grant.group_id is not None:
            memberships.columns()
        few = None
        if pending is None:
            few = differences.concerned(environment, grant, granting, former, AT_ONCE)
        if few is not None:
            difference = differences.of(environment, grant, granting, former, few)
            users = _bring(environment, difference, _in_force(difference.joining))
            at_once = [*(at_once or ()), *users]
            continue
        row = pending or PendingRegrant(
            environment=environment,
            group_id=grant.group_id,
            product_role=grant.product_role,
        )
        row.former_keys = sorted({*former, *row.former_keys})
        row.event = event
        row.total = ProvisionedUser.objects.for_environment(environment).count()
        row.done = row.changed = 0
        row.after_created = row.after_id = None
        row.save()
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
    """Do one batch, and tell whether there was one. None is done while keys are older.

    Whose link is in force is asked before the lock is taken: the policy may need a
    statement for each person, and nobody else is to wait for that.

    Raises:
        Busy: The database gave the batch no turn.
    """
    pending = _pending(environment).first()
    if pending is None or not key_versions.are_current():
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


def _work(
    environment: AnyEnvironment,
    pending: PendingRegrant,
    page: list[tuple[Any, Any]],
) -> Difference:
    grant = differences.grant_of(pending)
    return differences.of(
        environment,
        grant,
        assignments.keys_granting(environment, *grant),
        set(pending.former_keys),
        [pk for pk, _created in page],
    )


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


def _bring(
    environment: AnyEnvironment, work: Difference, in_force: set[Any]
) -> list[Any]:
    """Give and take, and return the primary keys of the users concerned.

    Somebody who joins and is not among those in force became so just now; the request
    that did it has given them the group.
    """
    joined = [user_id for pk, user_id in work.joining.items() if pk in in_force]
    group_id = work.grant.group_id
    if group_id is not None:
        memberships.join(joined, group_id)
        leaving = [
            user_id
            for user_id in work.leaving
            if not elsewhere.granted(user_id, environment, [group_id])
        ]
        memberships.leave(leaving, group_id)
    handing_over.hand_over_all(
        environment,
        {*work.assigned, *work.leaving},
        changed=work.grant.product_role,
        leaving=work.leaving,
    )
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


def _pending_of(environment: AnyEnvironment, grant: Grant) -> PendingRegrant | None:
    rows = _pending(environment).filter(group_id=grant.group_id)
    # Compared in Python, as names are.
    return next((row for row in rows if row.product_role == grant.product_role), None)
