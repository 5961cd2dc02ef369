"""Which groups people have by the roles that Entra assigned to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import models

from . import memberships
from .keys import role_key
from .models import EnvironmentRole, ProvisionedUser, RoleAssignment
from .models.environment import AnyEnvironment


class EnvironmentRoles:
    """The roles of an environment as one transaction sees them."""

    def __init__(self, environment: AnyEnvironment) -> None:
        self._group_ids = dict(
            EnvironmentRole.objects.for_environment(environment).values_list(
                "value", "group_id"
            )
        )

    @property
    def group_ids(self) -> set[Any]:
        """The primary keys of the groups that roles of the environment grant."""
        return set(self._group_ids.values())

    def granted(self, values: Iterable[str]) -> set[Any]:
        """Return the primary keys of the groups that role values grant.

        Values are compared exactly, and in Python: MariaDB's default collation
        takes ``uploader`` for ``Uploader``.
        """
        return {self._group_ids[value] for value in values if value in self._group_ids}

    def names(self, group_ids: Collection[Any], values: Collection[str]) -> list[str]:
        """Return the names of the roles that grant groups, rather those in values."""
        granting = {v: g for v, g in self._group_ids.items() if g in group_ids}
        meant = {g for v, g in granting.items() if v in values}
        return sorted(v for v, g in granting.items() if v in values or g not in meant)

    def unknown(self, values: Iterable[str]) -> list[str]:
        """Return the values that no role of the environment has."""
        return [value for value in values if value not in self._group_ids]


def assign(provisioned_user: ProvisionedUser, values: Collection[str]) -> None:
    """Note the role values that Entra assigned to a person who has none noted."""
    RoleAssignment.objects.bulk_create(
        RoleAssignment(
            environment_id=provisioned_user.environment_id,
            provisioned_user=provisioned_user,
            value=value,
            value_key=role_key(value),
        )
        for value in values
    )


def managed_groups(people: Iterable[ProvisionedUser]) -> dict[Any, set[Any]]:
    """Return the groups that people have by their environment's roles, by user.

    Primary keys of both. Nobody for whom Entra has not sent roles is among them.
    """
    environments = {
        person.user_id: person.environment_id
        for person in people
        if person.roles_received_at is not None
    }
    granted = set(
        EnvironmentRole.objects.filter(
            environment__in={*environments.values()}
        ).values_list("environment_id", "group_id")
    )
    group_ids = {group_id for _environment, group_id in granted}
    found: dict[Any, set[Any]] = {}
    for user_id, group_id in memberships.pairs([*environments], group_ids):
        if (environments[user_id], group_id) in granted:
            found.setdefault(user_id, set()).add(group_id)
    return found


def regrant(environment: AnyEnvironment, group_id: Any) -> list[Any]:
    """Give a group to just the people whose roles grant it now.

    Concerns people for whom Entra sent roles; others keep what they have. In a
    transaction that holds the environment's lock. Works in batches, with bulk
    statements: ``m2m_changed`` is not sent.

    Returns:
        The primary keys of the users whose groups changed.

    Raises:
        GroupsElsewhere: The user model has other groups.
    """
    keys = (
        EnvironmentRole.objects.for_environment(environment)
        .filter(group_id=group_id)
        .values_list("value_key", flat=True)
    )
    holders = _assigned(environment, list(keys)).filter(active=True)
    members = memberships.of_group(group_id)
    user, _group = memberships.columns()
    people = ProvisionedUser.objects.for_environment(environment).filter(
        roles_received_at__isnull=False
    )
    superfluous = members.filter(**{f"{user}__in": people.values("user_id")}).exclude(
        **{f"{user}__in": holders.values("user_id")}
    )
    missing = holders.exclude(user_id__in=members.values(user))
    joined = list(missing.values_list("user_id", flat=True))
    return memberships.leave(superfluous) + memberships.join(joined, group_id)


def revoke(environment: AnyEnvironment, value_key: str, group_id: Any) -> list[Any]:
    """Take a group that no role grants any longer from those whose role did.

    Returns:
        The primary keys of the users whose groups changed.
    """
    if memberships.field() is None:
        return []
    holders = _assigned(environment, [value_key]).values("user_id")
    user, _group = memberships.columns()
    return memberships.leave(
        memberships.of_group(group_id).filter(**{f"{user}__in": holders})
    )


def is_granted(environment: AnyEnvironment, group_id: Any) -> bool:
    """Tell whether a role of the environment grants a group."""
    return (
        EnvironmentRole.objects.for_environment(environment)
        .filter(group_id=group_id)
        .exists()
    )


def _assigned(
    environment: AnyEnvironment, value_keys: list[str]
) -> models.QuerySet[ProvisionedUser]:
    assignments = RoleAssignment.objects.for_environment(environment).filter(
        value_key__in=value_keys
    )
    return ProvisionedUser.objects.for_environment(environment).filter(
        roles_received_at__isnull=False,
        pk__in=assignments.values("provisioned_user_id"),
    )
