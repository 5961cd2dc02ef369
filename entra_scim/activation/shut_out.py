"""Who could not sign in any more, told before somebody decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import models
from django.db.models import Exists, Q

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import ProvisionedUser
from entra_scim.policy import get_policy
from entra_scim.sign_in import gate

_SHOWN = 20
"""How many names are a list that somebody reads. Each costs what the policy asks."""

COUNTED = 1000
"""How far people are counted who could not sign in. More is more, and costs more."""


@dataclass(frozen=True, kw_only=True)
class ShutOut:
    """People who could no longer sign in: the first ones, and how many in all."""

    shown: list[Any]
    count: int
    """How many, up to :data:`COUNTED`; one more than that means "more"."""

    @property
    def is_more(self) -> bool:
        """Whether there are more people than are counted."""
        return self.count > COUNTED


@dataclass(frozen=True, kw_only=True)
class Able:
    """How many people Entra can sign in, counted as :class:`ShutOut` counts."""

    count: int

    @property
    def is_more(self) -> bool:
        """Whether there are more people than are counted."""
        return self.count > COUNTED


def able_in(environment: AnyEnvironment) -> Able:
    """Return how many people of an environment Entra can sign in."""
    links = ProvisionedUser.objects.for_environment(environment).filter(
        active=True, has_object_id=True, user__is_active=True
    )
    return Able(count=links[: COUNTED + 1].count())


def by_activation(environment: AnyEnvironment) -> ShutOut:
    """Return the active people of an environment whom Entra cannot sign in.

    They have no link, an inactive one, or one whose externalId is not the object
    ID by which a sign-in finds people. ``count`` may include people that the gate
    lets through, such as the Admin; those shown do not.
    """
    # A link of another environment helps nobody: it is not in force for people of
    # this one, who have moved.
    able = ProvisionedUser.objects.of_each_user(environment).filter(
        active=True, has_object_id=True
    )
    everybody = get_policy().users_of(environment).order_by("pk")
    return _counted(
        everybody,
        Q(~Exists(able), is_active=True),
        lambda user: gate.decides_about(environment, user),
    )


def by_turning_off(environment: AnyEnvironment) -> ShutOut:
    """Return the active people of an environment who have no password of their own.

    Once Entra sign-in is turned off, they cannot sign in until they get one.
    """
    everybody = (
        get_policy().users_of(environment).order_by(get_user_model().USERNAME_FIELD)
    )
    has_none = Q(password="") | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return _counted(everybody, has_none & Q(is_active=True), lambda user: True)


def _counted(
    everybody: models.QuerySet[Any], condition: Q, is_meant: Callable[[Any], bool]
) -> ShutOut:
    """Return the first people with a condition, if they are meant, and how many.

    One statement looks for all of them, and another reads the ones to show: no index
    tells who of a product's people is without what. In no order, in which a database
    would have to read the product's rows too. By their keys alone, since MariaDB
    would look at everybody once more.
    """
    looked_at = _SHOWN + 1
    found = everybody.filter(condition).order_by().values_list("pk", flat=True)
    keys = sorted(found[: COUNTED + 1 + looked_at])
    first = list(everybody.filter(pk__in=keys[:looked_at]))
    shown = [user for user in first if is_meant(user)]
    count = min(len(keys) - len(first) + len(shown), COUNTED + 1)
    return ShutOut(shown=shown[:_SHOWN], count=count)
