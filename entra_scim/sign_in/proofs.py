"""Passwords that the tab asks for, which nobody may guess there."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.utils import timezone

from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import ProvisioningEvent
from entra_scim.story import events

WINDOW = datetime.timedelta(minutes=15)
MOST_BY_ONE = 5
MOST_IN_ENVIRONMENT = 20


class TooManyWrong(Exception):
    """Wrong passwords were entered so often that none is looked at for a while."""


def is_right(
    environment: AnyEnvironment, visitor: Any, check: Callable[[], bool]
) -> bool:
    """Check a password that a visitor of the tab has entered.

    A wrong one leaves an event. It is there before the password is looked at, so that
    guesses that are made at the same time count too, and is deleted if that is right.

    Raises:
        TooManyWrong: The password was not looked at.
    """
    attempt = transactions.repeated(lambda: _begin(environment, visitor))
    right = check()
    if right:
        transactions.repeated(ProvisioningEvent.objects.filter(pk=attempt.pk).delete)
    return right


def _begin(environment: AnyEnvironment, visitor: Any) -> ProvisioningEvent:
    transactions.lock_environment(environment)
    wrong = ProvisioningEvent.objects.filter(
        # By each person in all environments: one Admin is the Admin of all of them.
        Q(environment=environment) | Q(user=visitor),
        kind=ProvisioningEvent.Kind.WRONG_PASSWORD,
        at__gt=timezone.now() - WINDOW,
    ).values_list("environment_id", "user_id")[:MOST_IN_ENVIRONMENT]
    found = list(wrong)
    by_visitor = [user for _environment, user in found if user == visitor.pk]
    if len(by_visitor) >= MOST_BY_ONE or len(found) >= MOST_IN_ENVIRONMENT:
        raise TooManyWrong
    return events.record(
        environment,
        ProvisioningEvent.Kind.WRONG_PASSWORD,
        user=visitor,
        name=str(visitor),
    )
