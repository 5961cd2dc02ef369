"""Do something once in a while, however many processes and visitors there are.

In the database: a cache may forget at any time, keep to one process, or be the dummy
one, which takes everything and knows nothing.
"""

from __future__ import annotations

import datetime

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from .keys import digest
from .models import Turn
from .transactions import database, deciding

_PRUNED_AT_ONCE = 100


@deciding()
def take(name: str, lasts: datetime.timedelta) -> bool:
    """Tell whether nobody else has the turn of a name, and take it.

    Of those who ask at the same time, one gets it. Nobody gets it again until
    ``lasts`` is over.
    """
    now = timezone.now()
    key = digest(name)
    if Turn.objects.filter(pk=key, until__lte=now).update(until=now + lasts):
        return True
    if Turn.objects.filter(pk=key).exists():
        return False
    try:
        with transaction.atomic(using=database()):
            Turn.objects.create(key=key, until=now + lasts)
    except IntegrityError:
        return False
    _prune(now)
    return True


@deciding()
def is_taken(name: str) -> bool:
    """Tell whether somebody has the turn of a name."""
    return Turn.objects.filter(pk=digest(name), until__gt=timezone.now()).exists()


def give_back(name: str) -> None:
    """Let the next one who asks have the turn of a name."""
    Turn.objects.filter(pk=digest(name)).delete()


def _prune(now: datetime.datetime) -> None:
    # Each new one removes some of the old, so that the table stays as small as what
    # is in use. By primary key: MariaDB locks whole ranges of another index.
    over = Turn.objects.filter(until__lte=now).values_list("pk", flat=True)
    keys = list(over[:_PRUNED_AT_ONCE])
    if not keys:
        return
    try:
        with transaction.atomic(using=database()):
            Turn.objects.filter(pk__in=keys, until__lte=now).delete()
    except OperationalError:  # another one prunes the same: it is done, then
        pass
