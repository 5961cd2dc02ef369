"""Where somebody may be, in a product whose people may belong to several environments.

Each environment's Entra decides about its own membership; the account is inactive only
if there is no other. Without ``shares_people``, everybody has one link at most, and the
account's activity decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model

from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.database.transactions import deciding
from entra_scim.models import ProvisionedUser
from entra_scim.policy import ProvisioningPolicy, get_policy

from . import links


def are_people_shared() -> bool:
    """Tell whether several environments may link the same person."""
    return get_policy().shares_people()


@deciding()
def of(user: Any) -> list[AnyEnvironment]:
    """Return the environments that somebody may enter.

    They belong there, the product has not suspended that, and Entra neither.
    """
    policy = get_policy()
    environments = [*policy.environments_of(user)]
    if not policy.shares_people():
        return environments
    gone = ProvisionedUser.objects.filter(user_id=user.pk, active=False)
    left = {*gone.values_list("environment_id", flat=True)}
    return [
        environment
        for environment in environments
        if environment.pk not in left and policy.is_member(user, environment)
    ]


def is_let_in(
    policy: ProvisioningPolicy, user: Any, environment: AnyEnvironment
) -> bool:
    """Tell whether the product lets somebody into an environment, whatever Entra says."""
    if not user.is_active or not policy.shares_people():
        return bool(user.is_active)
    return policy.is_member(user, environment)


def is_elsewhere(user: Any, environment: AnyEnvironment) -> bool:
    """Tell whether somebody may enter an environment besides one that they leave."""
    return are_people_shared() and any(place.pk != environment.pk for place in of(user))


def is_alone_in(user: Any, environment: AnyEnvironment) -> bool:
    """Tell whether an account is one environment's alone, for it to decide all about."""
    if not links.is_of_alone(user, environment.pk):
        return False
    others = ProvisionedUser.objects.filter(user_id=user.pk)
    return not (
        are_people_shared() and others.exclude(environment=environment).exists()
    )


def is_linked(user: Any) -> bool:
    """Tell whether any environment has linked somebody who was read with their link."""
    if hasattr(user, "provisioned_user"):
        return True
    return (
        are_people_shared() and ProvisionedUser.objects.filter(user_id=user.pk).exists()
    )


def links_of(users: Iterable[Any]) -> list[ProvisionedUser]:
    """Return the links of users who were read with the one of their profile."""
    users = [*users]
    if are_people_shared() and users:
        rows = ProvisionedUser.objects.filter(user__in=users).select_related("user")
        return [*rows]
    found = []
    for user in users:
        if hasattr(user, "provisioned_user"):
            link = user.provisioned_user
            link.user = user
            found.append(link)
    return found


def link_in(user: Any, environment: AnyEnvironment) -> ProvisionedUser | None:
    """Return the link of somebody in an environment, or the only one they may have."""
    found = links_of([user])
    if are_people_shared():
        found = [link for link in found if link.environment_id == environment.pk]
    return found[0] if found else None


def locked_if_shared(user: Any) -> Any:
    """Return an account, or None, for one environment at a time to link.

    Under a lock, if others may link it too.
    """
    if user is None or not are_people_shared():
        return user
    users = get_user_model()._base_manager.using(transactions.database())
    return transactions.for_update(users.filter(pk=user.pk)).get()
