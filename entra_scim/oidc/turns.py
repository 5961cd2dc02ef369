"""Do something once in a while, however many processes and visitors there are.

In the database: a cache may forget at any time, keep to one process, or be the dummy
one, which takes everything and knows nothing.
"""

from __future__ import annotations

import contextlib
import datetime

from django.db import IntegrityError
from django.utils import timezone

from entra_scim.database.transactions import deciding, for_update, repeated
from entra_scim.exceptions import Busy
from entra_scim.models import Turn
from entra_scim.text.comparison_keys import digest

_PRUNED_AT_ONCE = 100


def take(name: str, lasts: datetime.timedelta) -> bool:
    """Tell whether nobody else has the turn of a name, and take it.

    Of those who ask at the same time, one gets it. Nobody gets it again until
    ``lasts`` is over.

    Raises:
        Busy: The database gave nobody the turn.
    """
    now = timezone.now()
    key = digest(name)

    def work() -> bool | None:
        if Turn.objects.filter(pk=key, until__lte=now).update(until=now + lasts):
            return True
        if Turn.objects.filter(pk=key).exists():
            return False
        Turn.objects.create(key=key, until=now + lasts)
        return None

    try:
        taken = repeated(work)
    except IntegrityError:
        return False
    if taken is None:
        _prune(now)
    return taken is not False


@deciding()
def is_taken(name: str) -> bool:
    """Tell whether somebody has the turn of a name."""
    return Turn.objects.filter(pk=digest(name), until__gt=timezone.now()).exists()


def _prune(now: datetime.datetime) -> None:
    # Each new one removes some of the old, so that the table stays as small as what
    # is in use. By primary key: MariaDB locks whole ranges of another index.
    over = Turn.objects.filter(until__lte=now).values_list("pk", flat=True)
    keys = sorted(over[:_PRUNED_AT_ONCE])

    def work() -> None:
        rows = for_update(Turn.objects.filter(pk__in=keys, until__lte=now))
        list(rows.order_by("pk").values_list("pk"))
        Turn.objects.filter(pk__in=keys, until__lte=now).delete()

    if keys:
        with contextlib.suppress(Busy):  # the next one will do it
            repeated(work)
