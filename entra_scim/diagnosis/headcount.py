"""How many people of an environment are what: exactly, or as far as it matters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Max, Q

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.dialect import RoleFunction
from entra_scim.models import EnvironmentRole, ProvisionedUser, RoleAssignment
from entra_scim.models.provisioned_user import ProvisionedUserQuerySet
from entra_scim.models.role import validate_role_value

EXACT = 5_000
"""How many people are counted. Of more, only what is wrong is: a page is not worth
reading 100,000 rows for a number."""

HOLDERS = 1000
"""How many holders of a role are counted then."""

_UNKNOWN = 1000


@dataclass(frozen=True, kw_only=True)
class UnknownRole:
    """A value that Entra sent and no role matches."""

    value: str
    people: int

    @property
    def can_be_a_role(self) -> bool:
        """Whether a role can have the value for its name."""
        try:
            validate_role_value(self.value)
            EnvironmentRole._meta.get_field("value").run_validators(self.value)
        except ValidationError:
            return False
        return True


@dataclass(kw_only=True)
class Headcount:
    """How many people there are of each kind."""

    people: int = 0
    """One more than :data:`EXACT` means "more"."""

    active: int = 0
    """How many people Entra gives access; of many people, just whether there is anybody."""

    with_access: int = 0
    """Those of them whose account is active too; not counted of many people."""

    active_received: int = 0
    roles_received: int = 0
    without_external_id: int = 0
    without_object_id: int = 0
    functions: Counter[str] = field(default_factory=Counter)
    roles: list[tuple[EnvironmentRole, int]] = field(default_factory=list)
    """With their active holders: of many people, one more than :data:`HOLDERS`
    means "more"."""

    unknown_roles: list[UnknownRole] = field(default_factory=list)

    @property
    def is_large(self) -> bool:
        """Whether there are more people than are counted."""
        return self.people > EXACT

    @property
    def roles_matched(self) -> bool:
        """Whether somebody active has a role that exists here."""
        return any(people for _role, people in self.roles)


def count(into: Headcount, environment: AnyEnvironment) -> None:
    """Count the people of an environment."""
    people = ProvisionedUser.objects.for_environment(environment).order_by()
    into.people = people.values("pk")[: EXACT + 1].count()
    if into.is_large:
        _probe_people(into, people)
    else:
        _count_people(into, people)
    roles = list(
        EnvironmentRole.objects.for_environment(environment).select_related("group")
    )
    assigned = RoleAssignment.objects.for_environment(environment).order_by()
    count_roles = _probe_roles if into.is_large else _count_roles
    count_roles(into, roles, assigned)


def _count_people(into: Headcount, people: models.QuerySet[ProvisionedUser]) -> None:
    groups: Any = people.values(
        "active", "active_received", "has_object_id", "role_function"
    ).annotate(people=Count("pk"), with_roles=Count("roles_received_at"))
    for group in groups:
        number = group["people"]
        into.active_received += number if group["active_received"] else 0
        into.roles_received += group["with_roles"]
        if not group["active"]:
            # Entra sends nothing more about them: what was wrong stays as it is.
            continue
        into.active += number
        into.functions[group["role_function"]] += number
        if group["has_object_id"] is None:
            into.without_external_id += number
        elif not group["has_object_id"]:
            into.without_object_id += number
    into.with_access = (
        into.active - people.filter(active=True, user__is_active=False).count()
    )


def _probe_people(into: Headcount, people: ProvisionedUserQuerySet) -> None:
    # The index begins with these, so that each question reads what it counts. Named
    # as values: SQLite and MariaDB use no index for what is a condition by itself.
    anyhow = people.filter(active__in=(True, False))
    active = people.filter(active__in=(True,), active_received__in=(True, False))
    into.active = int(active.exists())
    into.active_received = int(anyhow.filter(active_received__in=(True,)).exists())
    into.roles_received = int(
        people.with_roles_received().exists()
        or people.waiting().filter(roles_received_at__isnull=False).exists()
    )
    unable = people.unable_to_sign_in()
    into.without_external_id = unable.filter(has_object_id=None).count()
    into.without_object_id = unable.filter(has_object_id__in=(False,)).count()
    for function in RoleFunction:
        sent = active.filter(role_function=function)
        into.functions[function] = (
            int(sent.exists()) if function == RoleFunction.ASSERTIVE else sent.count()
        )


def _count_roles(
    into: Headcount,
    roles: list[EnvironmentRole],
    assigned: models.QuerySet[RoleAssignment],
) -> None:
    found = {
        key: (value, people)
        for key, value, people in assigned.values("value_key")
        .annotate(
            value=Max("value"),
            people=Count("pk", filter=Q(provisioned_user__active=True)),
        )
        .values_list("value_key", "value", "people")
    }
    for role in roles:
        _value, people = found.pop(role.value_key, ("", 0))
        into.roles.append((role, people))
    into.unknown_roles = list(_unknown_roles(found.values()))


def _probe_roles(
    into: Headcount,
    roles: list[EnvironmentRole],
    assigned: models.QuerySet[RoleAssignment],
) -> None:
    held = assigned.filter(provisioned_user__active=True)
    for role in roles:
        holders = held.filter(value_key=role.value_key).values("pk")
        into.roles.append((role, holders[: HOLDERS + 1].count()))
    others = _of_other_roles(assigned, sorted(role.value_key for role in roles))
    active = set(
        ProvisionedUser.objects.filter(
            pk__in=[link for _value, link in others], active=True
        ).values_list("pk", flat=True)
        if others
        else ()
    )
    found = Counter(value for value, link in others if link in active)
    into.unknown_roles = list(_unknown_roles(found.items()))


def _of_other_roles(
    assigned: models.QuerySet[RoleAssignment], keys: list[str]
) -> list[tuple[str, Any]]:
    """Return values that no role has, with the links that have them.

    Between the keys of roles, each time by a range of the index: a database that is
    told to exclude these keys reads each of the 100,000 assignments that have them.
    """
    if not keys:
        gaps = [assigned]
    else:
        gaps = [
            assigned.filter(value_key__lt=keys[0]),
            *(
                assigned.filter(value_key__gt=before, value_key__lt=after)
                for before, after in pairwise(keys)
            ),
            assigned.filter(value_key__gt=keys[-1]),
        ]
    first, *rest = (gap.values_list("value", "provisioned_user_id") for gap in gaps)
    return list((first.union(*rest, all=True) if rest else first)[:_UNKNOWN])


def _unknown_roles(found: Any) -> Iterator[UnknownRole]:
    for value, people in sorted(found):
        if people:
            yield UnknownRole(value=value, people=people)
