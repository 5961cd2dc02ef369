"""Who signs in with Entra only, and for whom passwords are refused."""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce
from operator import or_
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
"""SQLite compares no longer names without case. MariaDB knows longer ones by ``=``:
it leaves out what has no weight, such as spaces at the end."""


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
    if not names or not EntraSettings.objects.active(timezone.now()).exists():
        return []
    model = get_user_model()
    fields = (model.USERNAME_FIELD, model.get_email_field_name())
    found: dict[Any, Any] = {}
    for name in sorted(names):
        queries = [linking.candidates(name, name)]
        if len(name) <= _LONGEST:
            anyhow = [Q(**{f"{field}__iexact": name}) for field in fields]
            queries.append(model._base_manager.filter(reduce(or_, anyhow)))
        for users in queries:
            found |= {user.pk: user for user in users}
    return list(found.values())
