"""One at a time sets Entra up for an environment."""

from __future__ import annotations

import datetime

from django.db.models import Q
from django.utils import timezone

from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import EntraSetUp

_HELD = datetime.timedelta(minutes=5)


@transactions.repeating
def hold(environment: AnyEnvironment, holder: str) -> bool:
    """Tell whether nobody else sets Entra up for an environment, and hold it.

    Of two who ask at the same time, in two browsers or two tabs of one, one gets it.
    """
    EntraSetUp.objects.get_or_create(environment=environment)
    now = timezone.now()
    free = Q(held_until=None) | Q(held_until__lt=now) | Q(holder=holder, is_busy=False)
    rows = EntraSetUp.objects.for_environment(environment).filter(free)
    return bool(rows.update(holder=holder, is_busy=True, held_until=now + _HELD))


def release(environment: AnyEnvironment, holder: str, *, for_good: bool) -> None:
    """Let the next request of a run go on, or anybody once it has ended."""
    rows = EntraSetUp.objects.for_environment(environment).filter(holder=holder)
    rows.update(is_busy=False, **({"held_until": None} if for_good else {}))
