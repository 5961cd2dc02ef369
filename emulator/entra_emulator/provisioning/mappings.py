"""Attribute mappings: what of a person goes where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from entra_emulator.applications import Application, AppRole
from entra_emulator.directory import Person

from .expressions import Attribute, Expression, evaluate, parse, role_function
from .open_points import OpenPoints
from .roles import RoleFunction
from .targets import ENTERPRISE, Target


@dataclass(frozen=True)
class Mapping:
    """One row: a source attribute or an expression, and the target attribute."""

    target: str
    source: str
    matching: int | None = None
    """The precedence by which the target finds people; None: it does not."""

    to: Target = field(init=False, repr=False)
    expression: Expression = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "to", Target.parse(self.target))
        object.__setattr__(self, "expression", parse(self.source))

    @property
    def role_function(self) -> RoleFunction | None:
        """Which function maps app roles here, if one does."""
        return role_function(self.expression)

    @property
    def has_name(self) -> bool:
        """Whether the value is the user principal name."""
        return self.expression == Attribute("userPrincipalName")

    @property
    def is_reference(self) -> bool:
        """Whether the value is another person, who has to be there first."""
        return self.expression == Attribute("manager")


DEFAULT_MAPPINGS = (
    Mapping("userName", "userPrincipalName", matching=1),
    Mapping("active", 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'),
    Mapping("displayName", "displayName"),
    Mapping("title", "jobTitle"),
    Mapping('emails[type eq "work"].value', "mail"),
    Mapping("preferredLanguage", "preferredLanguage"),
    Mapping("name.givenName", "givenName"),
    Mapping("name.familyName", "surname"),
    Mapping("name.formatted", 'Join(" ", [givenName], [surname])'),
    Mapping('addresses[type eq "work"].formatted', "physicalDeliveryOfficeName"),
    Mapping('addresses[type eq "work"].streetAddress', "streetAddress"),
    Mapping('addresses[type eq "work"].locality', "city"),
    Mapping('addresses[type eq "work"].region', "state"),
    Mapping('addresses[type eq "work"].postalCode', "postalCode"),
    Mapping('addresses[type eq "work"].country', "country"),
    Mapping('phoneNumbers[type eq "work"].value', "telephoneNumber"),
    Mapping('phoneNumbers[type eq "mobile"].value', "mobile"),
    Mapping('phoneNumbers[type eq "fax"].value', "facsimileTelephoneNumber"),
    Mapping("externalId", "mailNickname"),
    Mapping(f"{ENTERPRISE}:employeeNumber", "employeeId"),
    Mapping(f"{ENTERPRISE}:department", "department"),
    Mapping(f"{ENTERPRISE}:manager", "manager"),
)
"""The rows that a non-gallery application has from the beginning."""


def role_mapping(function: RoleFunction = RoleFunction.ASSERTIVE) -> Mapping:
    """Return the row that one of the functions for app roles needs."""
    target = (
        'roles[primary eq "True"].value' if function == RoleFunction.SINGLE else "roles"
    )
    return Mapping(target, f"{function}([appRoleAssignments])")


def advised(function: RoleFunction = RoleFunction.ASSERTIVE) -> tuple[Mapping, ...]:
    """Return the default rows as the guide changes them.

    People are known by their object ID, which a sign-in names too, and roles come.
    """
    changed = {
        "externalId": Mapping("externalId", "objectId", matching=1),
        "userName": Mapping("userName", "userPrincipalName", matching=2),
    }
    return (
        *(changed.get(mapping.target, mapping) for mapping in DEFAULT_MAPPINGS),
        role_mapping(function),
    )


def source_values(
    person: Person, application: Application, points: OpenPoints, *, in_scope: bool
) -> dict[str, Any]:
    """Return a person's source attributes, by Entra's names; None for no value."""
    is_blocked = points.blocked_sign_in_deactivates and not person.account_enabled
    return {
        **person.profile,
        "objectId": person.object_id,
        "userPrincipalName": person.provisioned_name,
        "originalUserPrincipalName": person.user_principal_name,
        "accountEnabled": person.account_enabled,
        "IsSoftDeleted": not in_scope or person.deleted_at is not None or is_blocked,
        "manager": person.manager,
        "appRoleAssignments": _assigned_roles(person, application, points),
    }


def desired_values(
    mappings: Iterable[Mapping], source: dict[str, Any]
) -> dict[Mapping, Any]:
    """Return the value of each row, without those that have none.

    Entra sends nothing for those: a value that is gone stays at the server.
    """
    values = {
        mapping: evaluate(mapping.expression, source)
        for mapping in mappings
        if not mapping.is_reference
    }
    return {
        mapping: str(value) == "True" if mapping.target == "active" else value
        for mapping, value in values.items()
        if value not in (None, "", [])
    }


def _assigned_roles(
    person: Person, application: Application, points: OpenPoints
) -> list[AppRole | None]:
    roles = [assignment.role for assignment in application.assignments_of(person)]
    return roles if points.repeats_roles else list(dict.fromkeys(roles))
