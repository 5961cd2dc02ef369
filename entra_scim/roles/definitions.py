"""Define a role of an environment, change it, remove it.

From the lock to the signal, each is one transaction with one event. What the product's
own code saves or deletes takes effect as well: :mod:`.receivers` sees to that. They name
who does it, or None for a command.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.models import Group

from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import EnvironmentRole, ProvisioningEvent
from entra_scim.story import events

from . import groups, product_roles, regrants
from .differences import Grant, grant_of

T = TypeVar("T")

Kind = ProvisioningEvent.Kind


def define(
    environment: AnyEnvironment,
    value: str,
    group: Group | None = None,
    target: str = "",
    *,
    by: Any,
) -> EnvironmentRole:
    """Create a role that grants a group, or a new group of its own.

    Where the product keeps roles, it grants one of those by its key, and no new group.

    Raises:
        ValidationError: Entra could never send such a name.
        GroupNotGrantable: The policy does not let the environment grant the group.
        GroupNotHeld: The group has a permission that ``by`` lacks.
        NotAssignable: The policy does not let the role be that in the product.
        IntegrityError: The environment has a role of that name.
        Busy: The database gave the change no turn.
    """

    def work() -> EnvironmentRole:
        role = EnvironmentRole(environment=environment, value=value, group=group)
        role.target = product_roles.chosen(environment, value, target)
        if group is None and not product_roles.are_kept():
            role.group = groups.own(environment, value)
        if role.group is not None:
            groups.check(environment, role.group, by)
        role.write_row(force_insert=True)
        defined(role)
        return role

    return _in_environment(environment, work, by)


def change(
    role: EnvironmentRole, value: str, group: Group | None, target: str = "", *, by: Any
) -> EnvironmentRole:
    """Rename a role, or let it grant something else.

    The new name gives the group to other people. So a group that stays is checked like
    a new one.

    Raises:
        EnvironmentRole.DoesNotExist: Somebody else has removed it.
        GrantsNothing: It would have no group, which the product's roles need.
        ValidationError, GroupNotGrantable, GroupNotHeld, NotAssignable, IntegrityError,
            Busy: As for :func:`define`.
    """
    environment = role.environment

    def work() -> EnvironmentRole:
        former = _current(role)
        role.value, role.group = value, group
        role.target = product_roles.chosen(environment, value, target)
        if group is not None:
            groups.check(environment, group, by)
        role.write_row(force_update=True)
        changed(former, role)
        return role

    return _in_environment(environment, work, by)


def remove(role: EnvironmentRole, *, by: Any) -> None:
    """Delete a role. People whose other roles grant its group keep that group.

    Raises:
        EnvironmentRole.DoesNotExist: Somebody else has removed it.
        Busy: The database gave the change no turn.
    """

    def work() -> None:
        former = _current(role)
        former.delete_row()
        removed(former)

    _in_environment(role.environment, work, by)


def defined(role: EnvironmentRole) -> None:
    """Leave the event of a new role, and give its group to those who have it in Entra.

    As :func:`changed` and :func:`removed`, in the transaction that wrote it, which holds
    the environment's lock.
    """
    product_roles.check_grants(role)
    event = events.record(role.environment, Kind.ROLE_CREATED, name=role.value)
    regrants.begin(role.environment, {grant_of(role): []}, event)


def changed(former: EnvironmentRole, role: EnvironmentRole) -> None:
    """Leave the event of a change, and give and take the groups that it concerns."""
    product_roles.check_grants(role)
    is_renamed = former.value_key != role.value_key
    if not is_renamed and grant_of(former) == grant_of(role):
        return
    event = events.record(
        role.environment,
        Kind.ROLE_CHANGED,
        name=role.value,
        changes={"formerly": [former.value]} if is_renamed else None,
    )
    concerned: dict[Grant, list[str]] = {grant_of(role): []}
    concerned.setdefault(grant_of(former), []).append(former.value_key)
    regrants.begin(role.environment, concerned, event)


def removed(former: EnvironmentRole) -> None:
    """Leave the event of a deletion, and take the group from those who had it by that."""
    event = events.record(former.environment, Kind.ROLE_DELETED, name=former.value)
    regrants.begin(former.environment, {grant_of(former): [former.value_key]}, event)


def _current(role: EnvironmentRole) -> EnvironmentRole:
    """Return a role as it is under the environment's lock."""
    roles = EnvironmentRole.objects.for_environment(role.environment)
    found: EnvironmentRole = roles.get(pk=role.pk)
    return found


def _in_environment(environment: AnyEnvironment, work: Callable[[], T], by: Any) -> T:
    """Do work in one transaction with the environment locked, in somebody's name."""

    def locked() -> T:
        transactions.lock_environment(environment)
        return work()

    with events.acting(by) if by is not None else contextlib.nullcontext():
        return transactions.repeated(locked)
