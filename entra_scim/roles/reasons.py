"""Why a provisioned person has each of their roles, or no access."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.dialect import role_values
from entra_scim.models import EnvironmentRole, ProvisionedUser

from . import product_roles


class Granted(NamedTuple):
    """What people have by a role."""

    name: str
    """That of the group, or of the product's role."""

    is_there: bool
    """Whether the product has it still."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A role name that Entra sent for a person, and what came of it."""

    value: str
    """What Entra sent: one name or several with commas."""

    role: str
    grants: Granted | None
    """What the role grants; None, if the environment has no such role."""

    granted: bool


def granted_by_role(environment: AnyEnvironment) -> dict[str, Granted]:
    """Return what an environment's roles grant, by role."""
    labels = product_roles.offered(environment)
    roles = EnvironmentRole.objects.for_environment(environment)
    return {
        role.value: _granted(role, labels) for role in roles.select_related("group")
    }


def granted_by(role: EnvironmentRole) -> Granted:
    """Return what one role grants."""
    return _granted(role, product_roles.offered(role.environment))


def _granted(role: EnvironmentRole, labels: Mapping[str, str] | None) -> Granted:
    name = role.product_role
    key = product_roles.key_of(role.value, role.target)
    is_there = product_roles.are_kept() and (labels is None or key in labels)
    label = str((labels or {}).get(name, name))
    if role.group is None:
        return Granted(label, is_there)
    return Granted(f"{role.group}, {label}" if role.target else str(role.group), True)


def role_names(person: ProvisionedUser, granting: Mapping[str, Granted]) -> list[str]:
    """Return the roles by which a person has something now."""
    if not person.has_access or person.roles_received_at is None:
        return []
    return [
        value
        for value in role_values(person.attributes)
        if value in granting and granting[value].is_there
    ]


def reasons(person: ProvisionedUser, granting: Mapping[str, Granted]) -> list[Reason]:
    """Return what Entra sent as roles of a person, name by name."""
    names = role_names(person, granting)
    return [
        Reason(
            value=str(item.get("value")),
            role=role,
            grants=granting.get(role),
            granted=role in names,
        )
        for item in person.attributes.get("roles", ())
        for role in role_values({"roles": [item]})
    ]
