"""Who is to get and to lose what roles grant, after a change of the roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import (
    EnvironmentRole,
    PendingRegrant,
    ProvisionedUser,
    RoleAssignment,
)

from . import memberships, product_roles


class Grant(NamedTuple):
    """What a role grants: a group, a role of the product's own, or both."""

    group_id: Any
    product_role: str


@dataclass(frozen=True)
class Difference:
    grant: Grant
    joining: dict[Any, Any]
    """Who is to get it: primary keys of users by those of links."""
    leaving: list[Any]
    assigned: list[Any]
    """Who has, or had, a role that grants it."""


def grant_of(source: EnvironmentRole | PendingRegrant) -> Grant:
    """Return what a role grants, or what a change of roles is about."""
    if isinstance(source, PendingRegrant):
        return Grant(source.group_id, source.product_role)
    is_kept = source.group_id is None or product_roles.are_kept()
    key = product_roles.key_of(source.value, source.target) if is_kept else ""
    return Grant(source.group_id, key)


def concerned(
    environment: AnyEnvironment,
    grant: Grant,
    granting: set[str],
    former: set[str],
    most: int,
) -> list[Any] | None:
    """Return the links of everybody that a change concerns, or None if they are many."""
    assigned = RoleAssignment.objects.for_environment(environment).filter(
        value_key__in=granting | former
    )
    found = {*assigned.values_list("provisioned_user_id", flat=True)[: most + 1]}
    if granting and grant.group_id is not None:
        user, _group = memberships.columns()
        members = ProvisionedUser.objects.for_environment(environment).filter(
            user_id__in=memberships.of_group(grant.group_id).values(user)
        )
        found |= {*members.order_by().values_list("pk", flat=True)[: most + 1]}
    return sorted(found) if len(found) <= most else None


def of(
    environment: AnyEnvironment,
    grant: Grant,
    granting: set[str],
    former: set[str],
    keys: list[Any],
) -> Difference:
    """Return who of some people, by their links, is to get or lose what is granted.

    People for whom Entra sent no roles keep what they have. Where no role grants the
    group any more, only those lose it whose role did. Who has a role of the product's
    is not known: it counts as got by who has such a role now and had none before.
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
    members = _members(grant, people, assigned["former"])
    joining, leaving = {}, []
    for pk, (user_id, active) in people.items():
        if active and pk in assigned["granting"]:
            if user_id not in members:
                joining[pk] = user_id
        elif user_id in members and (granting or pk in assigned["former"]):
            leaving.append(user_id)
    of_roles = assigned["granting"] | assigned["former"]
    both = [people[pk][0] for pk in sorted(of_roles)]
    return Difference(grant, joining, leaving, both)


def _members(
    grant: Grant, people: dict[Any, tuple[Any, bool]], former: set[Any]
) -> set[Any]:
    if grant.group_id is None:
        return {
            user_id
            for pk, (user_id, active) in people.items()
            if active and pk in former
        }
    users = [user_id for user_id, _active in people.values()]
    return {user_id for user_id, _group in memberships.pairs(users, [grant.group_id])}
