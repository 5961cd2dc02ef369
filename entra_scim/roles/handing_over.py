"""Tell the product which roles people have, where it keeps roles of its own.

Groups are given as always: a product that has no use for them leaves them without
permissions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from entra_scim.accounts import links
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import EnvironmentRole, ProvisionedUser, RoleAssignment
from entra_scim.policy import ProvisioningPolicy, get_policy

TAKEN_OVER = 10
"""How many people's roles a product takes over before anybody looks at the time."""


def is_wanted() -> bool:
    """Tell whether the product has a hook for it."""
    return type(get_policy()).assign_roles is not ProvisioningPolicy.assign_roles


def parts(people: list[Any]) -> list[list[Any]]:
    """Return some people in parts, each to be served before looking at the time.

    All at once, without the hook: a few statements give any number of them a group.
    """
    if not is_wanted() or not people:
        return [people]
    starts = range(0, len(people), TAKEN_OVER)
    return [people[start : start + TAKEN_OVER] for start in starts]


def hand_over(
    person: ProvisionedUser,
    former: Iterable[str],
    values: Iterable[str],
    known: Collection[str],
    *,
    is_new: bool = False,
) -> None:
    """Tell the product the roles of somebody, of the values that Entra assigned to them.

    Only those that are ``known`` in the environment. Where the link is not in force any
    more, roles are only taken. A link that ``is_new`` has not been written yet.
    """
    if not is_wanted() or person.roles_received_at is None:
        return
    roles = {*values} & {*known} if person.active else set()
    # Somebody who is being linked was found to be linkable just now.
    if roles and not is_new and not links.is_in_force(person):
        roles &= {*former}
    get_policy().assign_roles(person.user, person.environment, frozenset(roles))


def hand_over_all(environment: AnyEnvironment, user_ids: Collection[Any]) -> None:
    """Tell the product the roles of people that a change of roles concerns."""
    if not user_ids or not is_wanted():
        return
    people = (
        ProvisionedUser.objects.for_environment(environment)
        .filter(user_id__in=user_ids, roles_received_at__isnull=False)
        .select_related("user")
    )
    known = {
        *EnvironmentRole.objects.for_environment(environment).values_list(
            "value", flat=True
        )
    }
    assigned: dict[Any, set[str]] = {person.pk: set() for person in people}
    for pk, value in RoleAssignment.objects.filter(
        provisioned_user__in=[*assigned]
    ).values_list("provisioned_user_id", "value"):
        assigned[pk].add(value)
    for person in people:
        person.environment = environment
        if links.is_in_force(person):
            hand_over(person, (), assigned[person.pk], known)
