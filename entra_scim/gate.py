"""Who signs in with Entra only, and for whom passwords are refused."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q
from django.utils import timezone

from . import linking
from .models import EntraSettings, ProvisionedUser
from .models.environment import AnyEnvironment
from .policy import get_policy

_LONGEST = 1000
"""No name is longer, and SQLite compares no longer ones without case."""


def environment_of(user: AbstractBaseUser) -> AnyEnvironment | None:
    """Return the environment whose activation decides about a person, or None.

    That of their link, else the only one that they belong to. The Admin has none,
    and neither has somebody who belongs to two.
    """
    person = (
        ProvisionedUser.objects.filter(user_id=user.pk)
        .select_related("environment")
        .first()
    )
    return only_environment_of(user) if person is None else person.environment


def only_environment_of(user: AbstractBaseUser) -> AnyEnvironment | None:
    """Return the one environment that a person without a link belongs to, or None."""
    policy = get_policy()
    if policy.is_exempt(user):
        return None
    environments = list(policy.environments_of(user))
    return environments[0] if len(environments) == 1 else None


def is_gated(user: AbstractBaseUser) -> bool:
    """Tell whether a person's password is refused now."""
    environment = environment_of(user)
    if environment is None:
        return False
    settings = EntraSettings.objects.for_environment(environment).first()
    return settings is not None and settings.is_active(timezone.now())


def people_named(names: Collection[str]) -> list[Any]:
    """Return everybody whom some backend may mean by usernames or e-mail addresses.

    Nobody, while nobody is gated. Else generously, as other backends look for people
    without case, and databases find look-alikes: that costs a scan at worst, which is
    nothing next to a password's hash.
    """
    names = {name for name in names if len(name) <= _LONGEST}
    if not names or not EntraSettings.objects.active(timezone.now()).exists():
        return []
    model = get_user_model()
    found: dict[Any, Any] = {}
    for name in sorted(names):
        matches = Q(**{f"{model.USERNAME_FIELD}__iexact": name}) | Q(
            **{f"{model.get_email_field_name()}__iexact": name}
        )
        for users in (
            linking.candidates(name, name),
            model._base_manager.filter(matches),
        ):
            found |= {user.pk: user for user in users}
    return list(found.values())
