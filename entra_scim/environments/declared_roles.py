"""The roles in a document that sets an environment up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.dialect import app_role_problem
from entra_scim.models import EnvironmentGroup, EnvironmentRole
from entra_scim.models.role import validate_role_value
from entra_scim.roles import definitions, groups, product_roles

from .reading import NotUnderstood, checked


class Granted(NamedTuple):
    """What a role grants; without anything, what is the role's own."""

    group: str | None = None
    """The name of a group."""

    target: str = ""
    """The key of a role of the product's."""


def roles_of(environment: AnyEnvironment) -> dict[str, Granted]:
    """Return what the roles of an environment grant, by their names."""
    own = set(
        EnvironmentGroup.objects.for_environment(environment)
        .exclude(made_for="")
        .values_list("group_id", "made_for")
    )
    return {
        role.value: Granted(
            None
            if role.group is None or (role.group_id, role.value_key) in own
            else str(role.group.name),
            "" if role.target == role.value else role.target,
        )
        for role in EnvironmentRole.objects.for_environment(environment).select_related(
            "group"
        )
    }


def document_of(granted: Granted) -> dict[str, str]:
    """Return what a document says of a role."""
    return {name: value for name, value in granted._asdict().items() if value}


def told(roles: Mapping[str, Granted], value: str) -> dict[str, str] | None:
    """Return what a document says of a role, if it is there."""
    return document_of(roles[value]) if value in roles else None


def parsed(values: dict[str, Any]) -> Iterator[tuple[str, Granted]]:
    """Yield the roles of a document.

    Raises:
        NotUnderstood: One cannot be.
    """
    for value, role in values.items():
        try:
            validate_role_value(value)
        except ValidationError as error:
            raise NotUnderstood(f"roles.{value}: {error.messages[0]}") from None
        if problem := app_role_problem(value):
            raise NotUnderstood(f"roles.{value}: {problem}")
        names = checked(f"roles.{value}", role, Granted._fields)
        for name, text in names.items():
            if text is not None and not isinstance(text, str):
                raise NotUnderstood(f"roles.{value}.{name} is not a name.")
        target = names.get("target") or ""
        yield value, Granted(names.get("group"), "" if target == value else target)


def apply(environment: AnyEnvironment, wanted: Mapping[str, Granted]) -> list[str]:
    """Make the roles of an environment as wanted, and delete all others.

    Returns:
        The paths of what changed.

    Raises:
        NotUnderstood, ProvisioningError: A role cannot grant what it should.
    """
    changed = []
    there = {
        role.value: role
        for role in EnvironmentRole.objects.for_environment(environment)
    }
    now = roles_of(environment)
    for value, role in there.items():
        if value not in wanted:
            definitions.remove(role, by=None)
            changed.append(value)
    for value, granted in wanted.items():
        if now.get(value) == granted:
            continue
        group = None if granted.group is None else _group(environment, granted.group)
        if value not in there:
            definitions.define(environment, value, group, granted.target, by=None)
        else:
            if group is None and not product_roles.are_kept():
                group = groups.own(environment, value)
            definitions.change(there[value], value, group, granted.target, by=None)
        changed.append(value)
    return [f"roles.{value}" for value in changed]


def _group(environment: AnyEnvironment, name: str) -> Any:
    group = groups.grantable(environment).filter(name=name).first()
    if group is None:
        raise NotUnderstood(
            f"Roles of this environment may grant no group {name!r}: the policy's "
            "grantable_groups says which they may."
        )
    return group
