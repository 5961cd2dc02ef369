"""Both ways to set Entra up, each request of which may fail, and how a tenant stands."""

from __future__ import annotations

import collections
import datetime
import itertools
import json
import uuid

from entra_scim.connection import access_keys, configuration, credentials
from entra_scim.kit import automatic
from entra_scim.kit.environments import wanted_of
from entra_scim.kit.plan import plan
from entra_scim.kit.program.graph import NO_ANSWER, Refusal
from entra_scim.kit.program.registration import CONSENT_LEFT
from entra_scim.kit.program.run import Stop
from entra_scim.kit.program.steps import take_back, walk
from tests.kit.graph import Console, InProcess, Stopped
from tests.support.kit_run import settled

MOST_REQUESTS = 60


def refused(status, retry_after=0):
    def fault(send):
        raise Refusal(status, "no", retry_after)

    return fault


def lost(send):
    send()
    raise Refusal(NO_ANSWER, "no answer")


def stopped_after(send):
    send()
    raise Stopped


def stopped_before(send):
    raise Stopped


FAULTS = {
    "lost answer": lost,
    "lost request": refused(NO_ANSWER),
    "stopped after": stopped_after,
    "stopped before": stopped_before,
    "too many": refused(429, retry_after=7),
    "forbidden": refused(403),
    "expired": refused(401),
    "unavailable": refused(503),
}


class EachOnce:
    """Lets each request of a way fail when it is first sent, by one fault after another."""

    def __init__(self, kinds):
        self.kinds = itertools.cycle(kinds)
        self.failed = []
        self.seen = collections.Counter()

    def transport(self, entra):
        """Return what sends the requests of one attempt."""
        self.seen.clear()
        transport = InProcess(entra, fault=lambda number, send: self.fault(sent, send))
        sent = transport.sent
        return transport

    def fault(self, sent, send):
        self.seen[sent[-1]] += 1
        request = (sent[-1], self.seen[sent[-1]])
        if request in self.failed:
            return send()
        self.failed.append(request)
        return FAULTS[next(self.kinds)](send)


class OneFails:
    """Lets one request fail, by its number, when it is first sent."""

    def __init__(self, number, kind):
        self.number = number
        self.kind = kind
        self.failed = []

    def transport(self, entra):
        """Return what sends the requests of one attempt."""
        return InProcess(entra, fault=self.fault)

    def fault(self, number, send):
        if self.failed or number != self.number:
            return send()
        self.failed.append(number)
        return FAULTS[self.kind](send)


class ByScript:
    """Runs the program, and keeps what it wrote beside it."""

    def __init__(self, environment, address):
        self.plan = plan(wanted_of(environment, lambda path: f"{address}{path}"))
        _key, key = access_keys.create(environment)
        self.console = Console(self.plan, key)

    def attempt(self, transport):
        """Run it once, and tell whether it came to its end."""
        run = self.console.run(transport)
        try:
            walk(run)
        except (Stop, Stopped) as reason:
            self.problem = str(reason)
            return False
        return CONSENT_LEFT not in run.differences

    def check(self, transport):
        """Return what keeps from looking for differences."""
        return stopped(walk, self.console.run(transport, check=True))

    def take_back(self, transport):
        """Undo, and return what keeps from it."""
        return stopped(take_back, self.console.run(transport))

    def forget(self):
        """The files stay where they are."""

    @property
    def secret(self):
        return self.console.secrets[-1][0]


def stopped(work, run):
    try:
        work(run)
    except Stop as reason:
        return str(reason)
    return ""


class Automatically:
    """Does what the page does, one step in each of its requests."""

    def __init__(self, environment, address):
        self.environment = environment
        self.address = address
        self.forget()

    def forget(self):
        """Lose the session, and what was kept in it."""
        self.key = None
        self.begin()

    def begin(self):
        address = self.address
        self.plan = plan(wanted_of(self.environment, lambda path: f"{address}{path}"))
        self.state = automatic.new_run(self.plan)

    def attempt(self, transport):
        """Press Start, and tell whether the run came to its end."""
        if automatic.is_done(self.state):
            self.begin()
        self.state |= {"problem": "", "attempts": 0}
        keeper = automatic.Keeper(access_key=self.access_key, keep_secret=self.save)
        while not automatic.is_done(self.state):
            assert len(transport.sent) < MOST_REQUESTS
            try:
                after = automatic.advance(
                    self.environment, self.plan, self.state, transport, keeper
                )
            except Stopped:
                return False
            self.state = json.loads(json.dumps(after))
            if self.state["problem"]:
                return False
        return not self.state["needs_consent"]

    def check(self, transport):
        """Return what keeps from looking for differences."""
        return automatic.differences(self.environment, self.plan, transport)[1]

    def take_back(self, transport):
        """Undo, and return what keeps from it."""
        return automatic.take_back(self.environment, self.plan, transport)

    @property
    def problem(self):
        return self.state["problem"]

    def access_key(self):
        if self.key is None:
            _key, self.key = access_keys.create(self.environment)
        return self.key

    def save(self, found, secret, ends):
        configuration.save(
            configuration.connection_of(self.environment),
            client_id=uuid.UUID(found["appId"]),
            tenant_id=uuid.UUID(found["tenant"]),
            cloud="global",
            client_secret=secret,
            client_secret_expires_on=datetime.date.fromisoformat(ends),
        )

    @property
    def secret(self):
        settings = configuration.connection_of(self.environment)
        return credentials.in_use(settings).client_secret


WAYS = {"script": ByScript, "automatic": Automatically}


def completed(way, entra, faults, *, forgets=False):
    """Run again after each fault until nothing is left to do.

    Returns:
        How the tenant stands then.
    """
    for _attempt in range(MOST_REQUESTS):
        if way.attempt(faults.transport(entra)):
            break
        if forgets:
            way.forget()
    else:
        raise AssertionError(f"It is never done: {faults.failed[-1]}")
    settled(entra)
    return state_of(way, entra)


def state_of(way, entra):
    """Return what a run leaves in a tenant, without what is drawn anew each time."""
    (tenant,) = entra.tenants
    return [_application(way, entra, one) for one in tenant.applications]


def _application(way, entra, application):
    job = entra.jobs.get(application)
    connection = entra.connections[application]
    return {
        "name": application.display_name,
        "roles": sorted(
            (role.value or "", role.is_enabled) for role in application.app_roles
        ),
        "redirect": list(application.redirect_uris),
        "logout": application.logout_url,
        "claims": sorted(application.optional_claims),
        "registration": application.registration,
        "assignment": application.assignment_required,
        "consent": application.has_consent,
        "secrets": [one.value == way.secret for one in application.secrets],
        "federated": len(application.federated_credentials),
        "certificates": len(application.certificates),
        "address": connection.tenant_url,
        "key": access_keys.is_well_formed(connection.secret_token),
        "threshold": connection.deletion_threshold,
        "job": job
        and {
            "started": job.is_started,
            "quarantine": job.quarantine,
            "groups": job.with_groups,
            "rows": sorted((row.target, row.source) for row in job.mappings),
        },
    }
