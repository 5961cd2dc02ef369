"""Virtual time, so that nobody waits for 40 minutes."""

from __future__ import annotations

import datetime


class Clock:
    """Time that can be stepped forward: real time, and what was skipped of it.

    Cycles come every 40 minutes, and deleted people are kept for 30 days; nobody
    who rehearses waits for that.
    """

    def __init__(self) -> None:
        self._skipped = datetime.timedelta()

    def now(self) -> datetime.datetime:
        """Return the virtual time, in UTC."""
        return datetime.datetime.now(datetime.UTC) + self._skipped

    def advance(self, duration: datetime.timedelta) -> None:
        """Skip a duration.

        Raises:
            ValueError: The duration is negative: time goes forward only.
        """
        if duration < datetime.timedelta():
            raise ValueError("Time goes forward only.")
        self._skipped += duration
