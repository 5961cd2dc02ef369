from __future__ import annotations

import collections
import contextlib
import datetime
import enum
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from entra_scim.emulator.applications import Application
from entra_scim.emulator.directory import Person
from entra_scim.emulator.tenant import Tenant

from .conversation import Conversation
from .health import Escrow, Quarantine
from .logs import Action, ErrorCode, LogEntry, ProvisioningFailure, Status
from .mappings import Mapping, advised
from .open_points import OpenPoints
from .person import Link, PersonProvisioner, Task, task_of
from .servers import ScimServer

CYCLE = datetime.timedelta(minutes=40)
"""How often Entra's provisioning service comes. It cannot be changed."""

_KEPT_ENTRIES = 50_000

Progress = Callable[[int, int], None]


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


class ProvisioningJob:
    """Automatic provisioning of an application's people to one SCIM server.

    ``flagged`` is the dialect: with ``aadOptscim062020`` on the Tenant URL.
    ``deletion_threshold`` is "Prevent accidental deletion": more deprovisionings in
    a cycle than that wait for ``allow_deletions``. ``workers`` is how many people
    are provisioned at the same time.
    """

    def __init__(
        self,
        tenant: Tenant,
        application: Application,
        server: ScimServer,
        *,
        flagged: bool = False,
        mappings: Iterable[Mapping] | None = None,
        points: OpenPoints | None = None,
        deletes: bool = True,
        deletion_threshold: int | None = None,
        workers: int = 1,
    ) -> None:
        self.tenant = tenant
        self.application = application
        self.server = server
        self.flagged = flagged
        self.points = points or OpenPoints()
        self.deletes = deletes
        self.deletion_threshold = deletion_threshold
        self.workers = workers
        self.log: collections.deque[LogEntry] = collections.deque(maxlen=_KEPT_ENTRIES)
        """The newest entry comes last."""
        self.links: dict[Person, Link] = {}
        self.escrow = Escrow()
        self.quarantine: Quarantine | None = None
        self.is_started = False
        self.last_cycle_at: datetime.datetime | None = None
        self._mappings = tuple(advised() if mappings is None else mappings)
        self._watermark: int | None = None
        self._once_more: set[Person] = set()
        self._deletions_allowed = False
        self._running = threading.Lock()

    @property
    def mappings(self) -> tuple[Mapping, ...]:
        """The rows of the attribute mapping. New ones begin an initial cycle."""
        return self._mappings

    @mappings.setter
    def mappings(self, mappings: Iterable[Mapping]) -> None:
        self._mappings = tuple(mappings)
        self._watermark = None

    @property
    def state(self) -> State:
        """Whether the next cycle takes place."""
        if not self.is_started:
            return State.NOT_STARTED
        if self.quarantine is None:
            return State.ACTIVE
        if self.quarantine.is_over_for_good(self.tenant.clock.now()):
            return State.DISABLED
        return State.QUARANTINE

    @property
    def is_running(self) -> bool:
        """Whether a cycle is under way."""
        return self._running.locked()

    def test_connection(self) -> LogEntry:
        """Send what the button "Test Connection" sends, and return what came of it."""
        conversation = Conversation(self.server)
        try:
            conversation.probe(self._matching_attribute())
        except ProvisioningFailure as failure:
            return self._note(Action.CONNECT, conversation, failure=failure)
        return self._note(Action.CONNECT, conversation)

    def restart(self, *, forget_links: bool = False) -> None:
        """Begin with an initial cycle again, out of quarantine, without escrow.

        Links to people survive, but for those whose ID the server does not know.
        ``forget_links`` drops them all, as Graph's ``resetScope=Full`` does.
        """
        self.is_started = True
        self.quarantine = None
        self.escrow = Escrow()
        self._watermark = None
        for person, link in list(self.links.items()):
            if forget_links or link.is_lost:
                del self.links[person]

    def allow_deletions(self) -> None:
        """Confirm the deprovisionings that wait, for the next cycle."""
        self._deletions_allowed = True

    def next_cycle(self, progress: Progress | None = None) -> CycleReport:
        """Let 40 minutes pass, and run the cycle that comes then."""
        self.tenant.clock.advance(CYCLE)
        return self.run_cycle(progress)

    def run_cycle(self, progress: Progress | None = None) -> CycleReport:
        """Run a cycle now: the initial one, or one of what changed since the last.

        ``progress`` is called with how many people are done, of how many.

        Raises:
            AlreadyRunning: A cycle is under way.
        """
        if not self._running.acquire(blocking=False):
            raise AlreadyRunning
        try:
            self.is_started = True
            return self._cycle(progress or (lambda done, total: None))
        finally:
            self._running.release()

    def provision_on_demand(self, person: Person) -> LogEntry | None:
        """Provision one person now; returns None if there was nothing to do.

        Without the flag, whatever the Tenant URL has, and without roles. Whoever is
        disabled or deleted in Entra is left alone.
        https://learn.microsoft.com/en-us/entra/identity/app-provisioning/provision-on-demand
        """
        test = self.test_connection()
        if test.status != Status.SUCCESS:
            return test
        mappings = [row for row in self._mappings if row.role_function is None]
        with self.tenant.lock:
            task = task_of(self.tenant, self.application, person, mappings, self.points)
        if not person.account_enabled or person.deleted_at is not None:
            return self._skipped(task, "Not for people who are disabled or deleted.")
        return self._provision(self._provisioner(flagged=False), task)

    def _cycle(self, progress: Progress) -> CycleReport:
        now = self.tenant.clock.now()
        report = CycleReport(is_initial=self._watermark is None)
        if self.quarantine is not None and (
            now < self.quarantine.next_at or self.state == State.DISABLED
        ):
            report.failure = self.quarantine.reason
            return report
        test = self.test_connection()
        report.requests.update(exchange.method for exchange in test.exchanges)
        self.last_cycle_at = now
        if test.status != Status.SUCCESS:
            self._fail(test, now)
            report.failure = test.detail
            return report
        self.quarantine = None
        with self.tenant.lock:
            self.tenant.purge_expired()
            watermark = self.tenant.revision
            tasks = self._tasks(now)
        self._once_more.clear()
        kept = self._held_back(tasks, report)
        provisioner = self._provisioner(flagged=self.flagged)
        self._provision_all(provisioner, kept, report, progress)
        if self.quarantine is None:
            self._watermark = watermark
            if self.escrow.is_too_large(len(self.tenant.people)):
                self.quarantine = Quarantine.begin("Too many people failed.", now)
        return report

    def _tasks(self, now: datetime.datetime) -> list[Task]:
        """Return what this cycle looks at: all, or what changed, and what failed."""
        known = dict.fromkeys([*self.tenant.people.values(), *self.links])
        return [
            task_of(self.tenant, self.application, person, self._mappings, self.points)
            for person in known
            if self._concerns(person, now)
        ]

    def _concerns(self, person: Person, now: datetime.datetime) -> bool:
        return (
            self._watermark is None
            or person.revision > self._watermark
            or person in self._once_more
            or self.escrow.is_due(person, now)
        )

    def _held_back(self, tasks: list[Task], report: CycleReport) -> list[Task]:
        """Leave out the deprovisionings if there are more than the threshold."""
        leaving = {task.person: task for task in tasks if self._leaves(task)}
        limit = self.deletion_threshold
        if limit is None or self._deletions_allowed or len(leaving) <= limit:
            self._deletions_allowed = False
            return tasks
        report.held = len(leaving)
        self._once_more.update(leaving)
        return [task for task in tasks if task.person not in leaving]

    def _leaves(self, task: Task) -> bool:
        link = self.links.get(task.person)
        return link is not None and link.is_active and task.is_leaving

    def _provisioner(self, *, flagged: bool) -> PersonProvisioner:
        return PersonProvisioner(
            links=self.links, points=self.points, flagged=flagged, deletes=self.deletes
        )

    def _provision_all(
        self,
        provisioner: PersonProvisioner,
        tasks: list[Task],
        report: CycleReport,
        progress: Progress,
    ) -> None:
        report.people = len(tasks)
        progress(0, len(tasks))
        with self._workers() as run:
            entries = run(lambda task: self._turn(provisioner, task), tasks)
            for done, entry in enumerate(entries, start=1):
                self._count(report, entry)
                progress(done, len(tasks))
        # References come last, when both ends exist.
        for task in tasks:
            if task.manager is not None and self.quarantine is None:
                self._count(report, self._refer(provisioner, task))
        report.requests.update(provisioner.unlogged)

    @contextlib.contextmanager
    def _workers(self) -> Iterator[Callable[..., Iterator[Any]]]:
        """Yield what runs a function for each of many: here, or in threads."""
        if self.workers == 1:
            # In the thread of the caller, whose database transaction a test sees.
            yield map
            return
        with ThreadPoolExecutor(self.workers) as pool:
            yield pool.map

    def _turn(self, provisioner: PersonProvisioner, task: Task) -> LogEntry | None:
        if self.quarantine is not None:
            self._once_more.add(task.person)
            return None
        return self._provision(provisioner, task)

    def _provision(self, provisioner: PersonProvisioner, task: Task) -> LogEntry | None:
        conversation = Conversation(self.server)
        try:
            outcome = provisioner.provision(task, conversation)
        except ProvisioningFailure as failure:
            self._set_aside(task, failure)
            return self._note(failure.action, conversation, task, failure=failure)
        self.escrow.remove(task.person)
        if outcome.once_more:
            self._once_more.add(task.person)
        if outcome.action is None:
            provisioner.count(conversation)
            return None
        return self._note(outcome.action, conversation, task, modified=outcome.modified)

    def _refer(self, provisioner: PersonProvisioner, task: Task) -> LogEntry | None:
        conversation = Conversation(self.server)
        try:
            modified = provisioner.refer(task, conversation)
        except ProvisioningFailure as failure:
            self._set_aside(task, failure)
            return self._note(Action.UPDATE, conversation, task, failure=failure)
        if not modified:
            provisioner.count(conversation)
            return None
        return self._note(Action.UPDATE, conversation, task, modified=modified)

    def _set_aside(self, task: Task, failure: ProvisioningFailure) -> None:
        now = self.tenant.clock.now()
        wait = None
        if self.points.honours_retry_after and failure.retry_after.isdecimal():
            wait = datetime.timedelta(seconds=int(failure.retry_after))
        self.escrow.add(task.person, now, wait)
        if failure.code == ErrorCode.CREDENTIALS:
            self.quarantine = Quarantine.begin(failure.detail, now)

    def _fail(self, test: LogEntry, now: datetime.datetime) -> None:
        reason = f"{test.error_code}: {test.detail}"
        if self.quarantine is None:
            self.quarantine = Quarantine.begin(reason, now)
        else:
            self.quarantine.note_failure(reason, now)

    def _matching_attribute(self) -> str:
        ranked = [row for row in self._mappings if row.matching is not None]
        return min(ranked, key=lambda row: row.matching or 0).target

    def _count(self, report: CycleReport, entry: LogEntry | None) -> None:
        if entry is not None:
            report.outcomes[entry.action, entry.status] += 1
            report.requests.update(exchange.method for exchange in entry.exchanges)

    def _skipped(self, task: Task, detail: str) -> LogEntry:
        entry = LogEntry(
            at=self.tenant.clock.now(),
            action=Action.MATCH,
            status=Status.SKIPPED,
            name=task.name,
            object_id=task.object_id,
            detail=detail,
        )
        self.log.append(entry)
        return entry

    def _note(
        self,
        action: Action,
        conversation: Conversation,
        task: Task | None = None,
        *,
        modified: tuple[str, ...] = (),
        failure: ProvisioningFailure | None = None,
    ) -> LogEntry:
        link = self.links.get(task.person) if task else None
        entry = LogEntry(
            at=self.tenant.clock.now(),
            action=action,
            status=Status.FAILURE if failure else Status.SUCCESS,
            name=task.name if task else "",
            object_id=task.object_id if task else "",
            target_id=link.id if link else "",
            modified=modified,
            error_code=failure.code if failure else None,
            detail=failure.detail if failure else "",
            exchanges=tuple(conversation.exchanges),
        )
        self.log.append(entry)
        return entry
