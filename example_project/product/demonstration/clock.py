"""The product's clock in a demo, which follows that of the local Entra.

Time is skipped in the local Entra's portal. So a trial, a secret and a key expire in
front of those who explore. The product itself knows nothing of it.
"""

from __future__ import annotations

import contextlib
import datetime
import threading
from collections.abc import Iterator
from unittest import mock

import requests
from django.utils import timezone

EVERY = 1.0  # seconds


class _AnyDatetime(type):
    """Takes every ``datetime`` for one of the class, as Django's own checks have to."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime.datetime)


class _Following(datetime.datetime, metaclass=_AnyDatetime):
    skipped = datetime.timedelta()

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]
        return datetime.datetime.now(tz) + cls.skipped


@contextlib.contextmanager
def followed(entra: str, tenant_id: str) -> Iterator[None]:
    """Let ``timezone.now`` follow a tenant of a local Entra, while in the context.

    Models have the function as a default already, so what it looks at is replaced.
    ``time.time`` stays: the local Entra stamps tokens with the real time.
    """
    over = threading.Event()

    def follow() -> None:
        while not over.wait(EVERY):
            _Following.skipped = _skipped(entra, tenant_id)

    _Following.skipped = datetime.timedelta()
    _Following.skipped = _skipped(entra, tenant_id)
    with mock.patch.object(timezone, "datetime", _Following):
        threading.Thread(target=follow, daemon=True).start()
        try:
            yield
        finally:
            over.set()


def _skipped(entra: str, tenant_id: str) -> datetime.timedelta:
    """Return how far a tenant is ahead, by the second: or the clock would tremble."""
    try:
        answer = requests.get(f"{entra}/portal/{tenant_id}/time/", timeout=5)
        answer.raise_for_status()
        there = datetime.datetime.fromisoformat(answer.json()["now"])
    except requests.RequestException:
        return _Following.skipped
    ahead = there - datetime.datetime.now(datetime.UTC)
    return datetime.timedelta(seconds=max(0, round(ahead.total_seconds())))
