"""Many rows deleted in batches, so that others may write in between."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from django.db import connections, models

from . import transactions

SIZE = 250
"""How many rows are locked and deleted at once at most, besides what belongs to them."""

_SMALLEST = 10

HOLDING = 0.2
"""How many seconds a batch should hold up others, who may all wait for it on SQLite."""

_TURN = 0.11  # seconds


def delete(rows: models.QuerySet[Any]) -> int:
    """Delete rows, each batch in a transaction, and return how many there were.

    What came in between goes too, so interrupted work is done by doing it again. What
    another transaction has changed since is looked at once more, under the lock.

    Raises:
        Busy: The database gave a batch no turn.
    """
    deleted, size = 0, SIZE
    while keys := list(rows.values_list("pk", flat=True)[:size]):
        began = time.monotonic()
        deleted += transactions.repeated(partial(_delete, rows, keys))
        taken = time.monotonic() - began
        if len(keys) == size:
            give_way()
        size = min(SIZE, max(_SMALLEST, int(size * HOLDING / max(taken, 0.001))))
    return deleted


def give_way() -> None:
    """Let others write, between batches, if the database has one writer at a time.

    Somebody who waits for SQLite looks for a turn every 100 ms, and would miss one that
    is shorter.
    """
    if not connections[transactions.database()].features.has_select_for_update:
        time.sleep(_TURN)


def lock(rows: models.QuerySet[Any]) -> list[Any]:
    """Lock rows in the order of their keys, as far as the database can.

    Returns:
        Their keys.
    """
    rows = rows.using(transactions.database()).order_by("pk")
    return list(transactions.for_update(rows).values_list("pk", flat=True))


def _delete(rows: models.QuerySet[Any], keys: list[Any]) -> int:
    locked = lock(rows.filter(pk__in=keys))
    rows.model._default_manager.filter(pk__in=locked).delete()
    return len(locked)
