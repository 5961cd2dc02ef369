"""Why a provisioned person has each of their roles, or no access."""

from __future__ import annotations

from dataclasses import dataclass

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.dialect import role_values
from entra_scim.models import EnvironmentRole, ProvisionedUser


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A role name that Entra sent for a person, and what came of it."""

    value: str
    """What Entra sent: one name or several with commas."""

    role: str
    group: str | None
    """The group that the role grants; None, if the environment has no such role."""

    granted: bool


def groups_by_role(environment: AnyEnvironment) -> dict[str, str]:
    """Return the names of the groups that an environment's roles grant, by role."""
    return dict(
        EnvironmentRole.objects.for_environment(environment).values_list(
            "value", "group__name"
        )
    )


def role_names(person: ProvisionedUser, granting: dict[str, str]) -> list[str]:
    """Return the roles by which a person has groups now."""
    if not person.has_access or person.roles_received_at is None:
        return []
    return [value for value in role_values(person.attributes) if value in granting]


def reasons(person: ProvisionedUser, granting: dict[str, str]) -> list[Reason]:
    """Return what Entra sent as roles of a person, name by name."""
    effective = person.has_access and person.roles_received_at is not None
    return [
        Reason(
            value=str(item.get("value")),
            role=role,
            group=granting.get(role),
            granted=effective and role in granting,
        )
        for item in person.attributes.get("roles", ())
        for role in role_values({"roles": [item]})
    ]
