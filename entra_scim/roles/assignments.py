"""What people have by the roles that Entra assigned to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache, cached_property
from typing import Any

from entra_scim.database import prepared_reads, prepared_writes
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import (
    EnvironmentRole,
    PendingRegrant,
    ProvisionedUser,
    RoleAssignment,
)
from entra_scim.text.comparison_keys import role_key

from . import memberships, product_roles


class EnvironmentRoles:
    """The roles of an environment as one transaction sees them."""

    def __init__(self, environment: AnyEnvironment, user_id: Any = None) -> None:
        self._environment = environment
        self._group_ids: dict[str, Any] = {}
        self._targets: dict[str, str] = {}
        self.pending_group_ids: set[Any] = set()
        """The groups that not everybody has been given or lost yet who should."""
        self.pending_product_roles: set[str] = set()
        """The same of the product's own roles."""
        self.held: set[Any] = set()
        """The groups that the user is in."""
        self.has_pending = False
        of_user = user_id is not None and memberships.field() is not None
        keys = (environment.pk, environment.pk, *([user_id] if of_user else []))
        for kind, value, group_id, product_role in _statement(of_user)(*keys):
            if kind == _ROLE:
                self._group_ids[value] = group_id
                self._targets[value] = product_role
            elif kind == _HELD:
                self.held.add(group_id)
            else:
                self.pending_group_ids |= {group_id} - {None}
                self.pending_product_roles |= {product_role} - {""}
                self.has_pending = True

    @property
    def values(self) -> Collection[str]:
        """The names of the roles."""
        return self._group_ids.keys()

    @property
    def group_ids(self) -> set[Any]:
        """The primary keys of the groups that roles of the environment grant."""
        return set(self._group_ids.values()) - {None}

    def granted(self, values: Iterable[str]) -> set[Any]:
        """Return the primary keys of the groups that role values grant.

        Values are compared exactly, and in Python: MariaDB's default collation
        takes ``uploader`` for ``Uploader``.
        """
        found = {self._group_ids[value] for value in values if value in self._group_ids}
        return found - {None}

    def product_roles(self, values: Iterable[str]) -> set[str]:
        """Return what roles are in the product, by the names of the roles."""
        return {self._product_roles[value] for value in values}

    def all_product_roles(self) -> set[str]:
        """Return what all roles of the environment are there, and were until now."""
        return {*self._product_roles.values(), *self.pending_product_roles} - {""}

    def offered(self, values: Iterable[str]) -> set[str]:
        """Return the names of those roles that the policy still lets them be."""
        among = self._offered
        return {
            value
            for value in values
            if among is None or self._product_roles[value] in among
        }

    @cached_property
    def _product_roles(self) -> dict[str, str]:
        targets = self._targets.items()
        return {value: product_roles.key_of(value, target) for value, target in targets}

    @cached_property
    def _offered(self) -> Mapping[str, str] | None:
        return product_roles.offered(self._environment)

    def without_group(self, values: Iterable[str]) -> set[str]:
        """Return the names of those roles that grant no group."""
        return {value for value in values if self._group_ids[value] is None}

    def names(self, group_ids: Collection[Any], values: Collection[str]) -> list[str]:
        """Return the names of the roles that grant groups, rather those in values."""
        granting = {v: g for v, g in self._group_ids.items() if g in group_ids}
        meant = {g for v, g in granting.items() if v in values}
        return sorted(v for v, g in granting.items() if v in values or g not in meant)

    def unknown(self, values: Iterable[str]) -> list[str]:
        """Return the values that no role of the environment has."""
        return [value for value in values if value not in self._group_ids]


@cache
def _statement(of_user: bool) -> prepared_reads.Rows:
    tables: dict[str, Any] = {"role": EnvironmentRole, "pending": PendingRegrant}
    parameters = ["role.environment", "pending.environment"]
    source = f"""SELECT {_ROLE}, {{role.value}}, {{role.group_id}}, {{role.target}}
        FROM {{role}} WHERE {{role.environment_id}} = %s
        UNION ALL SELECT {_PENDING}, '', {{pending.group_id}}, {{pending.product_role}}
        FROM {{pending}} WHERE {{pending.environment_id}} = %s"""  # noqa: S608
    if of_user:
        user, group = memberships.columns()
        tables["held"] = memberships.through().model
        source += f""" UNION ALL SELECT {_HELD}, '', {{held.{group}}}, '' FROM {{held}}
            WHERE {{held.{user}}} = %s"""  # noqa: S608
        parameters.append(f"held.{user}")
    return prepared_reads.Rows(source, parameters, **tables)


_ROLE, _PENDING, _HELD = range(3)


def assign(provisioned_user: ProvisionedUser, values: Collection[str]) -> None:
    """Note the role values that Entra assigned to a person who has none noted."""
    prepared_writes.insert(
        RoleAssignment,
        (
            {
                "environment_id": provisioned_user.environment_id,
                "provisioned_user_id": provisioned_user.pk,
                "value": value,
                "value_key": role_key(value),
            }
            for value in values
        ),
    )


def reassign(provisioned_user: ProvisionedUser, values: Collection[str]) -> None:
    """Note the role values in place of those that are noted."""
    prepared_writes.delete(RoleAssignment, {"provisioned_user": provisioned_user.pk})
    assign(provisioned_user, values)


def managed_groups(people: Iterable[ProvisionedUser]) -> dict[Any, set[Any]]:
    """Return the groups that people have by their environment's roles, by user.

    Primary keys of both. Nobody for whom Entra has not sent roles is among them.
    """
    environments: dict[Any, set[Any]] = {}
    for person in people:
        if person.roles_received_at is not None:
            environments.setdefault(person.user_id, set()).add(person.environment_id)
    granted: dict[Any, set[Any]] = {}
    for environment_id, group_id in EnvironmentRole.objects.filter(
        environment__in=set().union(*environments.values()), group__isnull=False
    ).values_list("environment_id", "group_id"):
        granted.setdefault(group_id, set()).add(environment_id)
    found: dict[Any, set[Any]] = {}
    for user_id, group_id in memberships.pairs([*environments], [*granted]):
        if environments[user_id] & granted[group_id]:
            found.setdefault(user_id, set()).add(group_id)
    return found


def keys_granting(
    environment: AnyEnvironment, group_id: Any, product_role: str
) -> set[str]:
    """Return the keys of the environment's roles that grant a group.

    Without a group, of those that have none and are a role of the product's.
    """
    granting = EnvironmentRole.objects.for_environment(environment).filter(
        group_id=group_id
    )
    # Compared in Python, as names are.
    return {
        role.value_key
        for role in granting
        if group_id is not None
        or product_roles.key_of(role.value, role.target) == product_role
    }
