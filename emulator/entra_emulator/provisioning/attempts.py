"""What becomes of people one by one in a cycle."""

from __future__ import annotations

import collections
import datetime
from collections.abc import Callable
from typing import TypeVar

from entra_emulator.clock import Clock
from entra_emulator.directory import Principal, new_id

from .conversation import GROUPS, USERS, Conversation
from .groups import GroupProvisioner, GroupTask
from .health import Escrow
from .logs import (
    Action,
    ErrorCode,
    LogEntry,
    ProvisioningFailure,
    ProvisioningLog,
    Status,
)
from .open_points import OpenPoints
from .person import Outcome, PersonProvisioner, Task
from .servers import ScimServer

T = TypeVar("T", Task, GroupTask)


class Attempts:
    """Provision one person after another, note what came of it, and set aside who failed.

    One instance serves one cycle. ``once_more`` gets those that the next cycle has
    to go on with.
    """

    def __init__(
        self,
        provisioner: PersonProvisioner,
        server: ScimServer,
        *,
        log: ProvisioningLog,
        clock: Clock,
        escrow: Escrow,
        once_more: set[Principal],
        points: OpenPoints,
    ) -> None:
        self.rejection = ""
        """Why the server does not take the token any more; empty if it does."""

        self.unlogged: collections.Counter[str] = collections.Counter()
        """The requests of which no entry tells, as nothing differed, by method."""

        self._cycle_id = new_id()
        self._provisioner = provisioner
        self._server = server
        self._log = log
        self._clock = clock
        self._escrow = escrow
        self._once_more = once_more
        self._points = points

    def probe(self, attribute: str, *, for_group: bool = True) -> LogEntry:
        """Look for nobody, as every activity begins."""
        conversation = Conversation(self._server)
        try:
            conversation.probe(attribute, for_group=for_group)
        except ProvisioningFailure as failure:
            return self._note(Action.CONNECT, conversation, failure=failure)
        return self._note(Action.CONNECT, conversation)

    def provision(self, task: Task) -> LogEntry | None:
        """Provision a person. Returns None if nothing had to be done."""
        if self.rejection:
            self._once_more.add(task.person)
            return None
        return self._attempt(task, self._provisioner.provision)

    def refer(self, task: Task) -> LogEntry | None:
        """Name a person's manager. Returns None if nothing had to be done."""
        if task.manager is None or self.rejection or task.person in self._escrow:
            return None
        return self._attempt(task, self._provisioner.refer)

    def provision_group(
        self, task: GroupTask, provisioner: GroupProvisioner
    ) -> LogEntry | None:
        """Provision a group. Returns None if nothing had to be done."""
        if self.rejection:
            return None
        return self._attempt(task, provisioner.provision, endpoint=GROUPS)

    def skip(self, task: Task, detail: str) -> LogEntry:
        """Note that a person is left alone, and why."""
        return self._log.note(
            LogEntry(
                cycle_id=self._cycle_id,
                at=self._clock.now(),
                action=Action.MATCH,
                status=Status.SKIPPED,
                name=task.name,
                object_id=task.object_id,
                detail=detail,
            )
        )

    def _attempt(
        self,
        task: T,
        work: Callable[[T, Conversation], Outcome],
        endpoint: str = USERS,
    ) -> LogEntry | None:
        conversation = Conversation(self._server, endpoint)
        try:
            outcome = work(task, conversation)
        except ProvisioningFailure as failure:
            return self._set_aside(task, failure, conversation)
        self._escrow.remove(task.principal)
        if outcome.once_more:
            self._once_more.add(task.principal)
        if outcome.action is None:
            self.unlogged.update(exchange.method for exchange in conversation.exchanges)
            return None
        return self._note(outcome.action, conversation, task, outcome=outcome)

    def _set_aside(
        self,
        task: Task | GroupTask,
        failure: ProvisioningFailure,
        conversation: Conversation,
    ) -> LogEntry:
        wait = None
        if self._points.honours_retry_after and failure.retry_after.isdecimal():
            wait = datetime.timedelta(seconds=int(failure.retry_after))
        self._escrow.add(task.principal, self._clock.now(), wait)
        if failure.code == ErrorCode.CREDENTIALS:
            self.rejection = failure.detail
        return self._note(failure.action, conversation, task, failure=failure)

    def _note(
        self,
        action: Action,
        conversation: Conversation,
        task: Task | GroupTask | None = None,
        *,
        outcome: Outcome | None = None,
        failure: ProvisioningFailure | None = None,
    ) -> LogEntry:
        return self._log.note(
            LogEntry(
                cycle_id=self._cycle_id,
                at=self._clock.now(),
                action=action,
                status=Status.FAILURE if failure else Status.SUCCESS,
                name=task.name if task else "",
                object_id=task.object_id if task else "",
                target_id=outcome.target_id if outcome else "",
                modified=outcome.modified if outcome else (),
                error_code=failure.code if failure else None,
                detail=failure.detail if failure else "",
                exchanges=tuple(conversation.exchanges),
            )
        )
