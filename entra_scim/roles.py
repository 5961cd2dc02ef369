"""Which groups people have by the roles that Entra assigned to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from .keys import role_key
from .models import EnvironmentRole, ProvisionedUser, RoleAssignment
from .models.environment import AnyEnvironment

_BATCH = 1000


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


def held_groups(user: Any, among: Collection[Any]) -> set[Any]:
    """Return the primary keys of the groups that a user has among some."""
    if not among:
        return set()
    return set(user.groups.filter(pk__in=among).values_list("pk", flat=True))


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
    found: dict[Any, set[Any]] = {}
    rows = _through()._default_manager.filter(
        **{f"{_user_column()}__in": [*environments]}
    )
    for user_id, group_id in rows.values_list(_user_column(), "group_id"):
        if (environments[user_id], group_id) in granted:
            found.setdefault(user_id, set()).add(group_id)
    return found


def change_groups(user: Any, *, joined: Collection[Any], left: Collection[Any]) -> None:
    """Put a user into groups and take them out of others, by primary keys."""
    if left:
        user.groups.remove(*left)
    if joined:
        user.groups.add(*joined)


def regrant(environment: AnyEnvironment, group_id: Any) -> list[Any]:
    """Give a group to just the people whose roles grant it now.

    Concerns people for whom Entra sent roles; others keep what they have. In a
    transaction that holds the environment's lock. Works in batches, with bulk
    statements: ``m2m_changed`` is not sent.

    Returns:
        The primary keys of the users whose groups changed.
    """
    keys = (
        EnvironmentRole.objects.for_environment(environment)
        .filter(group_id=group_id)
        .values_list("value_key", flat=True)
    )
    holders = _assigned(environment, list(keys)).filter(active=True)
    members = _memberships(group_id)
    people = ProvisionedUser.objects.for_environment(environment).filter(
        roles_received_at__isnull=False
    )
    superfluous = members.filter(
        **{f"{_user_field()}__in": people.values("user_id")}
    ).exclude(**{f"{_user_field()}__in": holders.values("user_id")})
    missing = holders.exclude(user_id__in=members.values(_user_column()))
    return _leave(superfluous) + _join(missing, group_id)


def revoke(environment: AnyEnvironment, value_key: str, group_id: Any) -> list[Any]:
    """Take a group that no role grants any longer from those whose role did.

    Returns:
        The primary keys of the users whose groups changed.
    """
    holders = _assigned(environment, [value_key]).values("user_id")
    return _leave(_memberships(group_id).filter(**{f"{_user_field()}__in": holders}))


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


def _join(people: models.QuerySet[Any], group_id: Any) -> list[Any]:
    through, column = _through(), _user_column()
    user_ids = list(people.values_list("user_id", flat=True))
    for start in range(0, len(user_ids), _BATCH):
        through._default_manager.bulk_create(
            [
                through(**{column: user_id, "group_id": group_id})
                for user_id in user_ids[start : start + _BATCH]
            ],
            ignore_conflicts=True,
        )
    return user_ids


def _leave(memberships: models.QuerySet[Any]) -> list[Any]:
    rows = list(memberships.values_list("pk", _user_column()))
    for start in range(0, len(rows), _BATCH):
        batch = [pk for pk, _ in rows[start : start + _BATCH]]
        _through()._default_manager.filter(pk__in=batch).delete()
    return [user_id for _, user_id in rows]


def _memberships(group_id: Any) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = _through()._default_manager.filter(group_id=group_id)
    return rows


def _through() -> Any:
    return get_user_model()._meta.get_field("groups").remote_field.through


def _user_field() -> str:
    return str(get_user_model()._meta.get_field("groups").m2m_field_name())


def _user_column() -> str:
    return f"{_user_field()}_id"
