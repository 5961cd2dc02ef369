"""What a cycle did, and what becomes of the next one."""

from __future__ import annotations

import collections
import enum
from dataclasses import dataclass, field

from .logs import Action, LogEntry, Status


class State(enum.StrEnum):
    """What becomes of the job's next cycle."""

    NOT_STARTED = "Not started"
    ACTIVE = "Active"
    QUARANTINE = "Quarantine"
    DISABLED = "Disabled"


class AlreadyRunning(Exception):
    """A cycle is under way; there is one at a time."""


@dataclass(kw_only=True)
class CycleReport:
    """What a cycle did."""

    is_initial: bool
    people: int = 0
    """How many people were looked at."""

    requests: collections.Counter[str] = field(default_factory=collections.Counter)
    """How many requests were sent, by method."""

    outcomes: collections.Counter[tuple[Action, Status]] = field(
        default_factory=collections.Counter
    )
    held: int = 0
    """How many deprovisionings wait for a confirmation, as there are so many."""

    failure: str = ""
    """Why the cycle as a whole did not take place; empty if it did."""

    def count(self, entry: LogEntry | None) -> None:
        """Count what an entry of the log tells; None is nothing."""
        if entry is not None:
            self.outcomes[entry.action, entry.status] += 1
            self.requests.update(exchange.method for exchange in entry.exchanges)
