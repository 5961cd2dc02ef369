"""Tell the product which roles people have, where it keeps roles of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from entra_scim.accounts import links, profile
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import ProvisionedUser, RoleAssignment
from entra_scim.policy import get_policy

from . import product_roles
from .assignments import EnvironmentRoles

TAKEN_OVER = 10
"""How many people's roles a product takes over before anybody looks at the time."""


def parts(people: list[Any]) -> list[list[Any]]:
    """Return some people in parts, each to be served before looking at the time.

    All at once, without the hook: a few statements give any number of them a group.
    """
    if not product_roles.are_kept() or not people:
        return [people]
    starts = range(0, len(people), TAKEN_OVER)
    return [people[start : start + TAKEN_OVER] for start in starts]


def hand_over(
    person: ProvisionedUser,
    environment_roles: EnvironmentRoles,
    former: Iterable[str],
    values: Iterable[str],
    *,
    is_new: bool,
) -> tuple[set[str], set[str]]:
    """Tell the product the roles of somebody, of the values that Entra assigned to them.

    ``former`` are the values by which they had roles before. Where the link is not in
    force any more, roles are only taken. A link that ``is_new`` has not been written.

    Returns:
        The names of the roles that came, and of those that went.
    """
    if not product_roles.are_kept() or person.roles_received_at is None:
        return set(), set()
    known = {*environment_roles.values}
    had, has = {*former} & known, {*values} & known
    if not person.active:
        has = set()
    if has:
        has = environment_roles.offered(has)
    # Somebody who is being linked was found to be linkable just now.
    if has and not is_new and not links.is_in_force(person):
        _take(person, environment_roles.product_roles(had - has) - {""})
        return set(), had - has
    _assign(person, environment_roles, has)
    return has - had, had - has


def hand_over_all(
    environment: AnyEnvironment,
    user_ids: Collection[Any],
    *,
    changed: str,
    leaving: Collection[Any],
) -> None:
    """Tell the product the roles of people that a change of roles concerns.

    ``changed`` is the product's role that it is about, and ``leaving`` who loses it.
    """
    if not user_ids or not product_roles.are_kept():
        return
    people = (
        ProvisionedUser.objects.for_environment(environment)
        .filter(user_id__in=user_ids, roles_received_at__isnull=False)
        .select_related("user")
    )
    environment_roles = EnvironmentRoles(environment)
    environment_roles.pending_product_roles.add(changed)
    assigned: dict[Any, set[str]] = {person.pk: set() for person in people}
    for pk, value in RoleAssignment.objects.filter(
        provisioned_user__in=[*assigned]
    ).values_list("provisioned_user_id", "value"):
        assigned[pk].add(value)
    for person in people:
        person.environment = environment
        before = profile.snapshot(person.user)
        if not person.active:
            _assign(person, environment_roles, set())
        elif links.is_in_force(person):
            values = assigned[person.pk] & {*environment_roles.values}
            _assign(person, environment_roles, environment_roles.offered(values))
        elif person.user_id in leaving:
            _take(person, {changed})
        profile.save_changes(person.user, before)


def _assign(
    person: ProvisionedUser, environment_roles: EnvironmentRoles, names: set[str]
) -> None:
    keys = environment_roles.product_roles(names)
    others = environment_roles.all_product_roles() - keys
    get_policy().assign_roles(
        person.user, person.environment, frozenset(keys), frozenset(others)
    )


def _take(person: ProvisionedUser, keys: Collection[str]) -> None:
    """Take roles from somebody that Entra manages no more, and give nothing."""
    if keys:
        get_policy().assign_roles(
            person.user, person.environment, frozenset(), frozenset(keys)
        )
