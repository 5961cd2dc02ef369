"""The clock of this server, which tests put forward instead of waiting."""

from __future__ import annotations

import datetime
import time

import pytest
from django.utils import timezone


class Clock:
    """Runs as the real one does, and skips what a test does not wait for."""

    def __init__(self):
        self._skipped = datetime.timedelta()
        self._seconds, self._now = time.time, timezone.now

    def skip(self, **duration):
        """Put the clock forward, by what ``timedelta`` takes."""
        self._skipped += datetime.timedelta(**duration)

    def seconds(self):
        return self._seconds() + self._skipped.total_seconds()

    def now(self):
        return self._now() + self._skipped


@pytest.fixture
def clock(monkeypatch):
    """A clock that can be put forward. A local Entra's goes on as it was."""
    clock = Clock()
    monkeypatch.setattr(time, "time", clock.seconds)
    monkeypatch.setattr(timezone, "now", clock.now)
    return clock
