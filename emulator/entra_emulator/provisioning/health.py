"""When Entra tries again: single people, and the job as a whole.

https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-quarantine-status
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from entra_emulator.directory import Principal

_HOUR = datetime.timedelta(hours=1)
_PERSON_PAUSES = tuple(hours * _HOUR for hours in (0.5, 1, 2, 4, 8))
_JOB_PAUSES = tuple(hours * _HOUR for hours in (6, 12, 24))
_DISABLED_AFTER = datetime.timedelta(days=28)

_EVALUATED_FROM = 5_000
_LARGEST_SHARE = 0.4
_MOST_FAILURES = 40_000


@dataclass(kw_only=True)
class _Retry:
    failures: int
    next_at: datetime.datetime


class Escrow:
    """People and groups who could not be provisioned, and when to try again.

    With growing pauses: half an hour, then one, two, four and eight hours.
    """

    def __init__(self) -> None:
        self._retries: dict[Principal, _Retry] = {}

    def __len__(self) -> int:
        return len(self._retries)

    def __iter__(self) -> Iterator[Principal]:
        return iter(list(self._retries))

    def add(
        self,
        principal: Principal,
        now: datetime.datetime,
        retry_after: datetime.timedelta | None = None,
    ) -> None:
        """Note that somebody failed."""
        failures = self._retries[principal].failures + 1 if principal in self else 1
        pause = _PERSON_PAUSES[min(failures, len(_PERSON_PAUSES)) - 1]
        self._retries[principal] = _Retry(
            failures=failures, next_at=now + (retry_after or pause)
        )

    def remove(self, principal: Principal) -> None:
        """Forget somebody, who is provisioned now."""
        self._retries.pop(principal, None)

    def __contains__(self, principal: Principal) -> bool:
        return principal in self._retries

    def is_due(self, principal: Principal, now: datetime.datetime) -> bool:
        """Tell whether to try again with somebody who failed."""
        return principal in self._retries and self._retries[principal].next_at <= now

    def is_too_large(self, people: int) -> bool:
        """Tell whether so many failed, of all those in scope, that the job is ill."""
        failures = len(self)
        if failures > _MOST_FAILURES:
            return True
        return failures >= _EVALUATED_FROM and failures > people * _LARGEST_SHARE


@dataclass(kw_only=True)
class Quarantine:
    """The job fails as a whole, and tries again seldom; in the end, not at all."""

    reason: str
    since: datetime.datetime
    attempts: int = 0
    next_at: datetime.datetime

    @classmethod
    def begin(cls, reason: str, now: datetime.datetime) -> Quarantine:
        """Return the quarantine that begins now."""
        return cls(reason=reason, since=now, next_at=now + _JOB_PAUSES[0])

    def note_failure(self, reason: str, now: datetime.datetime) -> None:
        """Note that another attempt failed."""
        self.reason = reason
        self.attempts += 1
        pause = _JOB_PAUSES[min(self.attempts, len(_JOB_PAUSES) - 1)]
        self.next_at = now + pause

    def is_over_for_good(self, now: datetime.datetime) -> bool:
        """Tell whether the job is disabled, until somebody starts it again."""
        return now >= self.since + _DISABLED_AFTER
