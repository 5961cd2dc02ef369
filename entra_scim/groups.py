"""The groups that an environment's administrator may have roles grant."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from . import transactions
from .exceptions import ProvisioningError
from .models import EnvironmentRole
from .models.environment import AnyEnvironment
from .policy import get_policy


class GroupNotGrantable(ProvisioningError):
    """The policy does not let the environment grant a group."""

    code = "group_not_grantable"
    message = _(
        "A role of this environment cannot grant the group %(group)s. Choose another "
        "group."
    )


def grantable(environment: AnyEnvironment) -> models.QuerySet[Group]:
    """Return the groups that the policy lets an environment grant."""
    return get_policy().grantable_groups(environment)


def named(environment: AnyEnvironment, name: str) -> Group:
    """Return the grantable group of a name, made if there is none.

    A new group has no permissions. Where a group of that name belongs to others,
    the new one is called after the environment too. Call it in a transaction.

    Raises:
        GroupNotGrantable: The policy does not let the environment grant it.
    """
    longest = Group._meta.get_field("name").max_length or 0
    for candidate in (name, f"{environment} {name}"):
        if len(candidate) > longest:
            break
        # The database may find "viewer" for "Viewer".
        for group in Group.objects.filter(name=candidate):
            if group.name == candidate and _is_grantable(environment, group):
                return group
        if not Group.objects.filter(name=candidate).exists():
            group = Group.objects.create(name=candidate)
            if not _is_grantable(environment, group):
                raise GroupNotGrantable(group=candidate)
            return group
    raise GroupNotGrantable(group=name)


def save_role(role: EnvironmentRole, group: Group | None) -> None:
    """Save a role that grants a group: without one, the group of the same name.

    Raises:
        GroupNotGrantable: The policy does not let the environment grant the group.
        IntegrityError: The environment has a role of that name.
        Busy: The database gave the change no turn.
    """
    if group is not None and not _is_grantable(role.environment, group):
        raise GroupNotGrantable(group=group)

    def save() -> None:
        role.group = group or named(role.environment, role.value)
        role.save()

    transactions.repeated(save)


def _is_grantable(environment: AnyEnvironment, group: Group) -> bool:
    return grantable(environment).filter(pk=group.pk).exists()
