"""What Entra's provisioning logs tell of a cycle.

https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-analyze-provisioning-logs
"""

from __future__ import annotations

import collections
import datetime
import enum
from dataclasses import dataclass, field
from typing import Any

from entra_emulator.directory import new_id

from .servers import Answer, NoAnswer

_KEPT_ENTRIES = 50_000

_PREFIX = "SystemForCrossDomainIdentityManagement"


class ErrorCode(enum.StrEnum):
    """Why something failed, by Entra's names."""

    CREDENTIALS = f"{_PREFIX}CredentialValidationFailure"
    INCOMPATIBLE = f"{_PREFIX}ServiceIncompatible"
    BAD_REQUEST = f"{_PREFIX}BadRequest"
    BAD_FILTER = f"{_PREFIX}ServiceIncompatibleFiltering"
    MULTIPLE_ENTRIES = f"{_PREFIX}MultipleEntriesInResponse"
    DUPLICATE = "DuplicateTargetEntries"
    CONFLICT = "EntryConflict"
    INVALID_ANCHOR = "InvalidAnchor"
    SERVER_ERROR = "InternalServerError"
    TIMEOUT = "Timeout"
    NO_CONNECTION = "WebExceptionProtocolError"
    SEVERAL_GRANTS = "MultipleGrantsNotSupported"
    TOO_MANY_REQUESTS = "TooManyRequests"


class Action(enum.StrEnum):
    """What a cycle did for somebody, or tried to."""

    CONNECT = "Test connection"
    CREATE = "Create"
    UPDATE = "Update"
    DISABLE = "Disable"
    DELETE = "Delete"
    MATCH = "Match"


class Status(enum.StrEnum):
    SUCCESS = "Success"
    FAILURE = "Failure"
    SKIPPED = "Skipped"


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and its answer. The token is not part of it."""

    method: str
    path: str
    body: dict[str, Any] | None
    status: int | None
    """None: no answer arrived."""

    answer: Any


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """A line of the provisioning logs."""

    id: str = field(default_factory=new_id)
    cycle_id: str = ""
    """What entries of one cycle have in common."""
    at: datetime.datetime
    action: Action
    status: Status
    name: str = ""
    object_id: str = ""
    target_id: str = ""
    modified: tuple[str, ...] = ()
    """The target attributes that were sent."""

    error_code: ErrorCode | None = None
    detail: str = ""
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)


class ProvisioningLog(collections.deque[LogEntry]):
    """The newest entries of a job; the newest one comes last."""

    def __init__(self) -> None:
        super().__init__(maxlen=_KEPT_ENTRIES)

    def note(self, entry: LogEntry) -> LogEntry:
        """Add an entry, and return it."""
        self.append(entry)
        return entry


class ProvisioningFailure(Exception):
    """A request did not do what it was for."""

    def __init__(self, code: ErrorCode, detail: str, *, retry_after: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.retry_after = retry_after
        self.action = Action.MATCH


def failure_of(answer: Answer) -> ProvisioningFailure:
    """Return what an answer other than the expected one means."""
    error = answer.resource
    detail = str(error.get("detail") or f"The server answered {answer.status}.")
    if answer.status in (401, 403):
        code = ErrorCode.CREDENTIALS
    elif answer.status == 429:
        code = ErrorCode.TOO_MANY_REQUESTS
    elif answer.status == 409:
        code = ErrorCode.CONFLICT
    elif answer.status == 404:
        code = ErrorCode.INVALID_ANCHOR
    elif answer.status >= 500:
        code = ErrorCode.SERVER_ERROR
    elif error.get("scimType") == "invalidFilter":
        code = ErrorCode.BAD_FILTER
    elif 400 <= answer.status < 500:
        code = ErrorCode.BAD_REQUEST
    else:
        code, detail = ErrorCode.INCOMPATIBLE, "The answer is not what SCIM defines."
    return ProvisioningFailure(code, detail, retry_after=answer.retry_after)


def failure_without_answer(error: NoAnswer) -> ProvisioningFailure:
    """Return what it means that no answer arrived."""
    code = ErrorCode.TIMEOUT if error.is_timeout else ErrorCode.NO_CONNECTION
    return ProvisioningFailure(code, str(error))
