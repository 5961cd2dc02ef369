"""A network that is not reliable delays people, and changes nothing else."""

from __future__ import annotations

import random

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from entra_emulator import ProvisioningJob, Tenant
from entra_emulator.provisioning.faults import Fault, FaultyServer
from entra_emulator.provisioning.logs import ErrorCode, Status
from entra_emulator.provisioning.reports import State
from entra_scim.connection import access_keys
from entra_scim.models import AccessKey, ProvisionedUser
from entra_scim.testing import DjangoServer

from .conftest import PROFILE

CYCLES_AFTER = 20
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def play(server, flagged, choose):
    """Let people join, change, leave and return over a network with faults."""
    tenant = Tenant()
    app = tenant.add_application("Product")
    viewer, uploader = app.add_role("Viewer"), app.add_role("Uploader")
    job = ProvisioningJob(tenant, app, FaultyServer(server, choose), flagged=flagged)
    people = [
        tenant.add_person(f"p{n}@contoso.example", f"Person {n}", profile=PROFILE)
        for n in range(6)
    ]
    for person in people:
        app.assign(person, viewer)
        tenant.set_manager(person, people[0])
    job.run_cycle()
    for person in people[:3]:
        tenant.change_person(person, {"surname": "Changed", "mobile": "1"})
        app.assign(person, uploader)
    job.next_cycle()
    app.unassign(people[1])
    tenant.disable(people[2])
    tenant.delete(people[3])
    job.next_cycle()
    app.assign(people[1], uploader)
    tenant.enable(people[2])
    tenant.purge(people[3])
    job.next_cycle()
    return job


def settle(job, server):
    """Let the faults end, and Entra try again until nobody waits."""
    job.server = server
    for _ in range(CYCLES_AFTER):
        job.next_cycle()
    assert len(job.escrow) == 0
    assert job.quarantine is None


def state_of(roles):
    """Return everybody, by what they are called; IDs differ from run to run."""
    people = ProvisionedUser.objects.select_related("user")
    names = {str(person.pk): person.attributes["userName"] for person in people}
    found = {}
    for person in people:
        document = {**person.attributes, "externalId": None}
        extension = dict(document.pop(ENTERPRISE))
        manager = extension.pop("manager", {}).get("value")
        groups = set(person.user.groups.values_list("pk", flat=True))
        held = [value for value, role in roles.items() if role.group_id in groups]
        found[person.attributes["userName"]] = (
            document,
            extension,
            names.get(manager),
            person.active,
            held,
        )
    return found


def reset():
    """Delete everybody, also who was released."""
    ProvisionedUser.objects.all().delete()
    get_user_model().objects.filter(email__regex=r"^p\d@contoso").delete()


@pytest.mark.parametrize("flagged", [False, True], ids=["unflagged", "flagged"])
@pytest.mark.parametrize("fault", [*Fault, None], ids=lambda fault: fault or "any")
def test_the_end_is_that_of_a_faultless_run(server, roles, flagged, fault):
    """Every third request meets a fault: of one kind, or of any.

    But for those like the probe's, whose failure is the whole job's.
    """
    rng = random.Random(f"{fault}{flagged}")

    def choose(method, path):
        is_probe = path.startswith(("/Groups", "/Users?filter=externalId"))
        if not is_probe and rng.random() < 1 / 3:
            return fault or rng.choice(list(Fault))
        return None

    faultless = play(server, flagged, lambda method, path: None)
    settle(faultless, server)
    expected = state_of(roles)
    assert len(expected) == 5
    reset()

    job = play(server, flagged, choose)
    settle(job, server)

    assert any(entry.status == Status.FAILURE for entry in job.log) or (
        fault == Fault.DUPLICATE_REQUEST
    )
    assert state_of(roles) == expected


class ExpiringKey:
    """A server whose access key expires after some requests."""

    def __init__(self, server, requests):
        self.server = server
        self.remaining = requests

    def send(self, method, path, body=None):
        if self.remaining == 0:
            now = timezone.now()
            AccessKey.objects.filter(expires_at=None).update(expires_at=now)
        self.remaining -= 1
        return self.server.send(method, path, body)


@pytest.mark.parametrize("flagged", [False, True], ids=["unflagged", "flagged"])
@pytest.mark.parametrize("requests", [0, 9, 26, 44])
def test_a_key_that_expires_in_a_cycle_is_replaced(
    server, roles, contoso, flagged, requests
):
    """The job goes into quarantine; with a new key, it ends as if nothing had been."""
    settled = play(server, flagged, lambda method, path: None)
    settle(settled, server)
    expected = state_of(roles)
    reset()

    job = play(ExpiringKey(server, requests), flagged, lambda method, path: None)
    assert job.state == State.QUARANTINE
    assert ErrorCode.CREDENTIALS in {entry.error_code for entry in job.log}
    _key, secret = access_keys.create(contoso)
    path = reverse("entra_scim:base", kwargs={"environment_id": contoso.pk})
    settle(job, DjangoServer(path, secret))

    assert state_of(roles) == expected


def test_a_lost_answer_is_a_timeout(job, tenant, app, role, server):
    """The person is there, and the next cycle finds them."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    job.server = FaultyServer(
        server,
        lambda method, path: Fault.LOST_RESPONSE if method == "POST" else None,
    )
    job.run_cycle()
    assert job.log[-1].error_code == ErrorCode.TIMEOUT
    assert ProvisionedUser.objects.count() == 1

    job.server = server
    job.next_cycle()

    assert ProvisionedUser.objects.count() == 1
    assert len(job.escrow) == 0


def test_a_page_of_a_proxy_is_a_server_error(job, tenant, app, role, server):
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    job.server = FaultyServer(
        server, lambda method, path: Fault.PROXY_ERROR if method == "POST" else None
    )
    job.run_cycle()

    assert job.log[-1].error_code == ErrorCode.SERVER_ERROR
    assert job.log[-1].exchanges[-1].answer == "<h1>500</h1>"
