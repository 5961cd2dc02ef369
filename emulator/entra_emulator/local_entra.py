"""A whole local Entra: its endpoints, its pages, and the jobs that provision."""

from __future__ import annotations

import collections
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import pages
from .applications import Application, ClientSecret
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

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_WORKERS = 4


@dataclass(kw_only=True, eq=False)
class Connection:
    """How an application's provisioning reaches its server."""

    tenant_url: str = ""
    secret_token: str = field(default="", repr=False)
    network: Network = field(default_factory=Network)
    attributes: dict[str, bool] = field(default_factory=dict)
    """What was added to the target attributes, and whether it is multi-valued."""


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


class LocalEntra(EmulatorSite):
    """The site with its pages: sign-in, the portal, and the provisioning of people.

    The pages are a Django project, so it runs in a process of its own: see
    :mod:`.process`. ``links`` are shown on every page: URLs by their names, such as the product's.
    """

    def __init__(
        self,
        tenants: Iterable[Tenant] = (),
        *,
        keys: SigningKeys | None = None,
        links: Mapping[str, str] | None = None,
    ) -> None:
        """Make the site.

        Raises:
            NotAlone: Django has other settings in this process.
        """
        self.links = dict(links or {})
        self.tenants: list[Tenant] = []
        self.jobs: dict[Application, ProvisioningJob] = {}
        self.connections: collections.defaultdict[Application, Connection] = (
            collections.defaultdict(Connection)
        )
        self.runs: dict[Application, Run] = {}
        """Each application's last cycle in the background."""
        self.unseen_secrets: set[ClientSecret] = set()
        """Secrets that were made in the portal and not shown yet."""
        self._pages = pages.of(self)
        super().__init__(tenants, keys=keys)

    def add(self, tenant: Tenant) -> IdentityProvider:
        """Serve one more tenant, and return its identity provider."""
        self.tenants.append(tenant)
        return super().add(tenant)

    def other(self) -> WSGIApplication:
        """Return what answers with pages."""
        return self._pages

    def connect(
        self, application: Application, tenant_url: str, secret_token: str
    ) -> ProvisioningJob:
        """Let an application's people be provisioned to a server, and return the job.

        A new job is as Entra makes it: with the default mappings, for groups too, and
        not started. Of a job that is there, only the server changes.

        Raises:
            ValueError: The Tenant URL is no HTTP address.
        """
        connection = self.connections[application]
        candidate = self._job(application, tenant_url, secret_token)
        connection.tenant_url, connection.secret_token = tenant_url, secret_token
        job = self.jobs.setdefault(application, candidate)
        job.server, job.flagged = candidate.server, candidate.flagged
        return job

    def test_connection(
        self, application: Application, tenant_url: str, secret_token: str
    ) -> LogEntry:
        """Send what the button "Test connection" sends, and change nothing.

        Raises:
            ValueError: The Tenant URL is no HTTP address.
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
