"""What provisions people of a local Entra: its jobs, in the portal and by Graph."""

from __future__ import annotations

import collections
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request, Response

from .applications import Application
from .graph import endpoints
from .identity import IdentityProvider, SigningKeys
from .provisioning.faults import FaultyServer
from .provisioning.job import ProvisioningJob
from .provisioning.logs import LogEntry
from .provisioning.mappings import DEFAULT_MAPPINGS
from .provisioning.network import Network
from .provisioning.reports import AlreadyRunning, CycleReport
from .provisioning.servers import HttpServer
from .site import EmulatorSite
from .tenant import Tenant

_WORKERS = 4


@dataclass(kw_only=True, eq=False)
class Connection:
    """How an application's provisioning reaches its server."""

    tenant_url: str = ""
    secret_token: str = field(default="", repr=False)
    network: Network = field(default_factory=Network)
    attributes: dict[str, bool] = field(default_factory=dict)
    """What was added to the target attributes, and whether it is multi-valued."""
    schema: dict[str, Any] | None = None
    """The synchronization schema as Microsoft Graph was told it, if it was asked."""
    deletion_threshold: int | None = None
    """What was saved with the credentials, for a job that is made later."""
    notification_settings: str = ""
    """Who is mailed and how many deletions are too many, as Graph was told it."""


class Run(threading.Thread):
    """One cycle in the background."""

    def __init__(self, job: ProvisioningJob, *, later: bool) -> None:
        super().__init__(daemon=True)
        self.done = 0
        self.total = 0
        self.report: CycleReport | None = None
        """None while the cycle is under way, or if it broke off."""

        self._cycle = job.next_cycle if later else job.run_cycle

    def run(self) -> None:
        self.report = self._cycle(self._note)

    def _note(self, done: int, total: int) -> None:
        self.done, self.total = done, total


class ProvisioningSite(EmulatorSite):
    """The site with Microsoft Graph, and the jobs that provision people."""

    def __init__(
        self, tenants: Iterable[Tenant] = (), *, keys: SigningKeys | None = None
    ) -> None:
        self.tenants: list[Tenant] = []
        self.jobs: dict[Application, ProvisioningJob] = {}
        self.connections: collections.defaultdict[Application, Connection] = (
            collections.defaultdict(Connection)
        )
        self.runs: dict[Application, Run] = {}
        """Each application's last cycle in the background."""
        self.graph_lag = 0
        """How many requests about a new application find it unknown yet."""
        self._unknown: dict[Application, int] = {}
        super().__init__(tenants, keys=keys)

    def add(self, tenant: Tenant) -> IdentityProvider:
        """Serve one more tenant, and return its identity provider."""
        self.tenants.append(tenant)
        return super().add(tenant)

    def respond(self, request: Request) -> Response:
        if request.path.startswith(endpoints.PREFIX):
            return endpoints.answer(request, self)
        return super().respond(request)

    def make_known_later(self, application: Application) -> None:
        """Let Microsoft Graph learn of a new application with a lag, as Entra does."""
        self._unknown[application] = self.graph_lag

    def is_known(self, application: Application) -> bool:
        """Tell whether Microsoft Graph knows of an application by now."""
        left = self._unknown.get(application, 0)
        if left:
            self._unknown[application] = left - 1
        return not left

    def connect(
        self, application: Application, tenant_url: str, secret_token: str
    ) -> ProvisioningJob:
        """Let an application's people be provisioned to a server, and return the job.

        A new job is as Entra makes it: with the default mappings, for groups too, and
        not started. Of a job that is there, only the server changes.

        Raises:
            ValueError: The Tenant URL is not an HTTP address.
        """
        connection = self.connections[application]
        candidate = self._job(application, tenant_url, secret_token)
        connection.tenant_url, connection.secret_token = tenant_url, secret_token
        job = self.jobs.setdefault(application, candidate)
        job.server, job.flagged = candidate.server, candidate.flagged
        return job

    def remove_job(self, application: Application) -> None:
        """Provision an application's people no longer."""
        del self.jobs[application]

    def remove(self, application: Application) -> None:
        """Delete an application of any tenant, with its job."""
        self._tenant_of(application).applications.remove(application)
        self.jobs.pop(application, None)
        self.connections.pop(application, None)

    def test_connection(
        self, application: Application, tenant_url: str, secret_token: str
    ) -> LogEntry:
        """Send what the button "Test connection" sends, and change nothing.

        Raises:
            ValueError: The Tenant URL is not an HTTP address.
        """
        return self._job(application, tenant_url, secret_token).test_connection()

    def start_cycle(self, application: Application, *, later: bool = False) -> Run:
        """Run a cycle in the background: now, or after 40 minutes of virtual time.

        Raises:
            AlreadyRunning: A cycle is under way.
        """
        if self.is_running(application):
            raise AlreadyRunning
        run = self.runs[application] = Run(self.jobs[application], later=later)
        run.start()
        return run

    def is_running(self, application: Application) -> bool:
        """Whether a cycle is under way, in the background or elsewhere."""
        run = self.runs.get(application)
        return (run is not None and run.is_alive()) or self.jobs[application].is_running

    def _job(
        self, application: Application, tenant_url: str, secret_token: str
    ) -> ProvisioningJob:
        server = HttpServer(tenant_url, secret_token)
        job = self.jobs.get(application)
        return ProvisioningJob(
            self._tenant_of(application),
            application,
            FaultyServer(server, self.connections[application].network),
            flagged=server.url.is_flagged,
            mappings=job.mappings if job else DEFAULT_MAPPINGS,
            workers=_WORKERS,
            with_groups=True,
        )

    def _tenant_of(self, application: Application) -> Tenant:
        return next(t for t in self.tenants if application in t.applications)
