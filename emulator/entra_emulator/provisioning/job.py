"""The provisioning job of an application, with the buttons that the portal has."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from entra_emulator.applications import Application
from entra_emulator.directory import Group, Person, Principal
from entra_emulator.tenant import Tenant

from .attempts import Attempts
from .groups import GroupLink, GroupProvisioner, GroupTask, group_tasks
from .health import Escrow, Quarantine
from .logs import LogEntry, ProvisioningLog, Status
from .mappings import Mapping, advised
from .open_points import LookUp, OpenPoints
from .person import Link, PersonProvisioner, Task, task_of
from .reports import AlreadyRunning, CycleReport, State
from .servers import ScimServer

CYCLE = datetime.timedelta(minutes=40)
"""How often Entra's provisioning service comes. It cannot be changed."""

Progress = Callable[[int, int], None]


class ProvisioningJob:
    """Automatic provisioning of an application's people to one SCIM server.

    ``flagged`` is the dialect: with ``aadOptscim062020`` on the Tenant URL.
    ``deletion_threshold`` is "Prevent accidental deletion": more deprovisionings in
    a cycle than that wait for ``allow_deletions``. ``workers`` is how many people
    are provisioned at the same time. ``with_groups``: assigned groups are provisioned
    too.
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
        with_groups: bool = False,
    ) -> None:
        self.tenant = tenant
        self.application = application
        self.server = server
        self.flagged = flagged
        self.points = points or OpenPoints()
        self.deletes = deletes
        self.deletion_threshold = deletion_threshold
        self.workers = workers
        self.with_groups = with_groups
        self.log = ProvisioningLog()
        self.links: dict[Person, Link] = {}
        self.group_links: dict[Group, GroupLink] = {}
        self.escrow = Escrow()
        self.quarantine: Quarantine | None = None
        self.is_started = False
        self.last_cycle_at: datetime.datetime | None = None
        self._mappings = tuple(advised() if mappings is None else mappings)
        self._watermark: int | None = None
        self._once_more: set[Principal] = set()
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
        return self._attempts(self.points, flagged=self.flagged).probe(
            self._matching_attribute()
        )

    def restart(self, *, forget_links: bool = False) -> None:
        """Begin with an initial cycle again, out of quarantine, without escrow.

        Links survive, but for those whose ID the server does not know.
        ``forget_links`` drops them all, as Graph's ``resetScope=Full`` does.
        """
        self.is_started = True
        self.quarantine = None
        self.escrow = Escrow()
        self._watermark = None
        for person, link in list(self.links.items()):
            if forget_links or link.is_lost:
                del self.links[person]
        for group, group_link in list(self.group_links.items()):
            group_link.member_ids.clear()
            if forget_links or group_link.is_lost:
                del self.group_links[group]

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

    def provision_on_demand(self, person: Person) -> LogEntry:
        """Provision one person now, and return what came of it.

        Without the flag, whatever the Tenant URL has, and without roles. People are
        found by the matching attributes, known ones too. Somebody who is disabled or deleted
        in Entra is left alone, and so is who would be restored.
        https://learn.microsoft.com/en-us/entra/identity/app-provisioning/provision-on-demand
        """
        points = dataclasses.replace(self.points, look_up=LookUp.BY_FILTER)
        attempts = self._attempts(points, flagged=False)
        test = attempts.probe(self._matching_attribute(), for_group=False)
        if test.status != Status.SUCCESS:
            return test
        mappings = [row for row in self._mappings if row.role_function is None]
        with self.tenant.lock:
            task = task_of(self.tenant, self.application, person, mappings, self.points)
        link = self.links.get(person)
        if link is not None and not link.is_active and not task.is_leaving:
            return attempts.skip(task, "Nobody is restored on demand.")
        if not person.account_enabled or person.deleted_at is not None:
            return attempts.skip(task, "Not for people who are disabled or deleted.")
        return attempts.provision(task) or attempts.skip(task, "Nothing differs.")

    def _cycle(self, progress: Progress) -> CycleReport:
        now, mappings = self.tenant.clock.now(), self._mappings
        report = CycleReport(is_initial=self._watermark is None)
        if self.quarantine is not None and (
            now < self.quarantine.next_at or self.state == State.DISABLED
        ):
            report.failure = self.quarantine.reason
            return report
        attempts = self._attempts(self.points, flagged=self.flagged)
        test = attempts.probe(self._matching_attribute())
        report.count(test)
        self.last_cycle_at = now
        if test.status != Status.SUCCESS:
            report.failure = f"{test.error_code}: {test.detail}"
            self._fail(report.failure, now)
            return report
        self.quarantine = None
        with self.tenant.lock:
            self.tenant.purge_expired()
            watermark = self.tenant.revision
            tasks = self._tasks(now)
            groups = self._group_tasks(now)
        self._once_more.clear()
        self._provision(attempts, self._held_back(tasks, report), report, progress)
        self._provision_groups(attempts, groups, report)
        report.requests.update(attempts.unlogged)
        if attempts.rejection:
            report.failure = attempts.rejection
            self._fail(report.failure, now)
        else:
            # Mappings that changed since then still begin an initial cycle.
            self._watermark = watermark if self._mappings is mappings else None
            in_scope = {*self.links, *self.escrow}
            if self.escrow.is_too_large(len(in_scope)):
                self._fail("Too many people could not be provisioned.", now)
        return report

    def _tasks(self, now: datetime.datetime) -> list[Task]:
        """Return what this cycle looks at: all, or what changed, and what failed."""
        failed = (one for one in self.escrow if isinstance(one, Person))
        known = dict.fromkeys([*self.tenant.people.values(), *self.links, *failed])
        return [
            task_of(self.tenant, self.application, person, self._mappings, self.points)
            for person in known
            if self._concerns(person, now)
        ]

    def _group_tasks(self, now: datetime.datetime) -> list[GroupTask]:
        if not self.with_groups:
            return []
        tasks = group_tasks(self.tenant, self.application, self.group_links)
        return [
            task
            for task in tasks
            if task.group not in self.escrow or self.escrow.is_due(task.group, now)
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

    def _attempts(self, points: OpenPoints, *, flagged: bool) -> Attempts:
        provisioner = PersonProvisioner(
            links=self.links, points=points, flagged=flagged, deletes=self.deletes
        )
        return Attempts(
            provisioner,
            self.server,
            log=self.log,
            clock=self.tenant.clock,
            escrow=self.escrow,
            once_more=self._once_more,
            points=points,
        )

    def _provision(
        self,
        attempts: Attempts,
        tasks: list[Task],
        report: CycleReport,
        progress: Progress,
    ) -> None:
        report.people = len(tasks)
        progress(0, len(tasks))
        with self._workers() as run:
            for done, entry in enumerate(run(attempts.provision, tasks), start=1):
                report.count(entry)
                progress(done, len(tasks))
            # References come last, when both ends exist.
            for entry in run(attempts.refer, tasks):
                report.count(entry)

    def _provision_groups(
        self, attempts: Attempts, tasks: list[GroupTask], report: CycleReport
    ) -> None:
        provisioner = GroupProvisioner(
            links=self.group_links,
            people=self.links,
            points=self.points,
            flagged=self.flagged,
        )
        for task in tasks:
            report.count(attempts.provision_group(task, provisioner))

    @contextlib.contextmanager
    def _workers(self) -> Iterator[Callable[..., Iterator[Any]]]:
        """Yield what runs a function for each of many: here, or in threads."""
        if self.workers == 1:
            # In the thread of the caller, whose database transaction a test sees.
            yield map
            return
        with ThreadPoolExecutor(self.workers) as pool:
            yield pool.map

    def _fail(self, reason: str, now: datetime.datetime) -> None:
        if self.quarantine is None:
            self.quarantine = Quarantine.begin(reason, now)
        else:
            self.quarantine.note_failure(reason, now)

    def _matching_attribute(self) -> str:
        ranked = [row for row in self._mappings if row.matching is not None]
        return min(ranked, key=lambda row: row.matching or 0).target
