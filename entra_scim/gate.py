"""Who signs in with Entra only, and for whom passwords are refused."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from . import linking
from .models import EntraSettings, ProvisionedUser
from .models.environment import AnyEnvironment
from .policy import get_policy


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
    if person is not None:
        return person.environment
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


def people_named(text: str) -> list[Any]:
    """Return everybody whom somebody may mean by a username or e-mail address.

    Generously: another backend may look for people without case.
    """
    return list(linking.candidates(text, text))
