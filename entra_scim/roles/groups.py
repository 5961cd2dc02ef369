"""The groups that an environment's administrator may have roles grant."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.exceptions import ProvisioningError
from entra_scim.models import EnvironmentGroup, EnvironmentRole
from entra_scim.policy import get_policy
from entra_scim.text.comparison_keys import role_key

from . import memberships


class GroupNotGrantable(ProvisioningError):
    """The policy does not let the environment grant a group."""

    code = "group_not_grantable"
    message = _(
        "A role of this environment cannot grant the group %(group)s. Choose another "
        "group."
    )


class GroupNotHeld(ProvisioningError):
    """Somebody would let a role grant permissions that they do not have."""

    code = "group_not_held"
    message = _(
        "The group %(group)s has permissions that you do not have, such as "
        "%(permission)s. Choose another group, or ask somebody who has them."
    )


def grantable(environment: AnyEnvironment) -> models.QuerySet[Group]:
    """Return the groups that the policy lets an environment grant.

    Never one that belongs to another environment, however wide the policy is.
    """
    foreign = EnvironmentGroup.objects.exclude(environment=environment)
    groups = get_policy().grantable_groups(environment)
    return groups.exclude(pk__in=foreign.values("group_id"))


def choices(environment: AnyEnvironment, visitor: Any) -> list[Group]:
    """Return the grantable groups with no permission that a visitor lacks."""
    groups = list(grantable(environment).order_by("name"))
    lacking = _lacking(visitor, [group.pk for group in groups])
    return [group for group in groups if group.pk not in lacking]


def foreign(environments: models.QuerySet[Any]) -> set[Any]:
    """Return the primary keys of the groups that are only other environments'.

    Those that belong to them, or that their roles grant and none of these does.
    """
    keys = environments.order_by().values("pk")
    others = [
        model.objects.exclude(environment__in=keys).values_list("group_id", flat=True)
        for model in (EnvironmentGroup, EnvironmentRole)
    ]
    own = [
        model.objects.filter(environment__in=keys).values_list("group_id", flat=True)
        for model in (EnvironmentGroup, EnvironmentRole)
    ]
    return {*others[0], *others[1]} - {*own[0], *own[1], None}


def numbers_of_permissions(groups: Iterable[Any]) -> dict[Any, int]:
    """Return how many permissions groups have, by primary key, for those with any."""
    rows: Any = Group.permissions.through._default_manager.filter(group_id__in=groups)
    counted = rows.order_by().values("group_id").annotate(number=models.Count("pk"))
    return dict(counted.values_list("group_id", "number"))


def check(environment: AnyEnvironment, group: Group, visitor: Any) -> None:
    """Check that an environment's role may grant a group, if a visitor of the tab says so.

    Raises:
        GroupNotGrantable: The policy does not let the environment grant the group.
        GroupNotHeld: The group has a permission that the visitor lacks.
    """
    if not grantable(environment).filter(pk=group.pk).exists():
        raise GroupNotGrantable(group=group)
    lacking = _lacking(visitor, [group.pk])
    if lacking:
        raise GroupNotHeld(group=group, permission=lacking[group.pk])


def own(environment: AnyEnvironment, value: str) -> Group:
    """Return a group of a role's own: a new one, without permissions.

    A group that was there is somebody's, whatever its name. Only the one that was
    made for the same role before is taken again, while no role grants it and nobody
    has given it permissions.
    """
    former = (
        EnvironmentGroup.objects.for_environment(environment)
        .filter(made_for=role_key(value), group__permissions=None)
        .exclude(
            group_id__in=EnvironmentRole.objects.exclude(group=None).values("group_id")
        )
        .select_related("group")
        .first()
    )
    if former is not None:
        return former.group  # type: ignore[no-any-return]
    names = (_name(environment, value, number) for number in itertools.count(1))
    name = next(name for name in names if not Group.objects.filter(name=name).exists())
    group = Group.objects.create(name=name)
    EnvironmentGroup.objects.create(
        environment=environment, group=group, made_for=role_key(value)
    )
    return group


def _name(environment: AnyEnvironment, value: str, number: int) -> str:
    """Return the name of a role's own group, such as ``Contoso (1234): Viewer``.

    Never a bare name such as ``Staff``, which the product may give a meaning some day.
    """
    longest = Group._meta.get_field("name").max_length or 150
    place, again = f"({environment.pk}): ", f" ({number})" if number > 1 else ""
    value = _cut(value, longest - len(place + again))
    return _cut(f"{environment} ", longest - len(place + value + again)) + (
        place + value + again
    )


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"[:length]


def _lacking(visitor: Any, group_ids: list[Any]) -> dict[Any, str]:
    """Return a permission that a visitor lacks, for each group that has such a one.

    None is anyone who runs commands, and may do everything.
    """
    if visitor is None or (
        visitor.is_active and getattr(visitor, "is_superuser", False)
    ):
        return {}
    held = memberships.held(visitor, group_ids)
    permissions: Any = Group.permissions.through._default_manager.filter(
        group_id__in=[pk for pk in group_ids if pk not in held]
    )
    return {
        group_id: f"{app}.{codename}"
        for group_id, app, codename in permissions.values_list(
            "group_id",
            "permission__content_type__app_label",
            "permission__codename",
        )
        if not visitor.has_perm(f"{app}.{codename}")
    }
