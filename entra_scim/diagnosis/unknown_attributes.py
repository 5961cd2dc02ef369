"""Attributes that Entra sends and this product does not know, by name alone."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.db import Error
from django.utils import timezone

from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.exceptions import Busy
from entra_scim.logs import logger
from entra_scim.models import UnknownAttribute
from entra_scim.text import comparison_keys

REPORTED = datetime.timedelta(days=7)
"""How long a name is reported after Entra has sent it."""

_MOST = 50
_NOTED_ANEW = datetime.timedelta(days=1)


def note(environment: AnyEnvironment, names: Collection[str]) -> None:
    """Remember the names of unknown attributes that a request sent.

    Without names, it costs nothing; with names that were noted within a day, one
    look. Failing to write them down does not refuse Entra's request.
    """
    if not names:
        return
    try:
        _note(environment, names)
    except (Busy, Error):
        logger.warning("Could not note unknown attributes", exc_info=True)


@transactions.repeating
def _note(environment: AnyEnvironment, names: Collection[str]) -> None:
    now = timezone.now()
    rows = UnknownAttribute.objects.for_environment(environment)
    noted = dict(rows.values_list("name_key", "seen_at"))
    sent = {
        comparison_keys.digest(comparison_keys.folded(name)): name for name in names
    }
    stale = {key for key in sent if noted.get(key, now) < now - _NOTED_ANEW}
    if stale:
        rows.filter(name_key__in=stale).update(seen_at=now)
    new = sorted(sent.keys() - noted.keys())
    if len(noted) + len(new) > _MOST:
        rows.filter(seen_at__lt=now - REPORTED).delete()
        new = new[: max(0, _MOST - rows.count())]
    if new:
        UnknownAttribute.objects.bulk_create(
            [
                UnknownAttribute(
                    environment=environment,
                    name=sent[key],
                    name_key=key,
                    seen_at=now,
                )
                for key in new
            ],
            ignore_conflicts=True,  # another request may note the same
        )


def names_of(environment: AnyEnvironment) -> list[str]:
    """Return the names that an environment's Entra has sent within a week."""
    since = timezone.now() - REPORTED
    return sorted(
        UnknownAttribute.objects.for_environment(environment)
        .filter(seen_at__gt=since)
        .values_list("name", flat=True)
    )


@transactions.repeating
def prune(before: datetime.datetime) -> None:
    """Forget names that Entra has not sent since a time."""
    UnknownAttribute.objects.filter(seen_at__lt=before).delete()
