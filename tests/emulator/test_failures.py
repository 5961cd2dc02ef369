"""What a job makes of servers that refuse or fail in the middle of a cycle."""

from __future__ import annotations

import datetime

import pytest

from entra_emulator.provisioning.logs import Action, ErrorCode, Status
from entra_emulator.provisioning.open_points import OpenPoints
from entra_emulator.provisioning.reports import AlreadyRunning
from entra_emulator.provisioning.servers import MEDIA_TYPE, Answer
from entra_scim.models import ProvisionedUser

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)


def answer(status, body=b"{}", **kwargs):
    return Answer(status=status, media_type=MEDIA_TYPE, body=body, **kwargs)


class Interrupted:
    """The product's server, of which some methods get another's answer."""

    def __init__(self, server):
        self.server = server
        self.answers = {}
        self.sent = []

    def send(self, method, path, body=None):
        self.sent.append(method)
        if method in self.answers:
            return self.answers[method]
        return self.server.send(method, path, body)


@pytest.fixture
def server(server):
    return Interrupted(server)


@pytest.fixture
def ann(tenant, app, role):
    person = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(person, role("Viewer"))
    return person


@pytest.fixture
def eve(tenant, app, role):
    person = tenant.add_person("eve@contoso.example", "Eve Brown")
    app.assign(person, role("Viewer"))
    return person


def test_a_key_that_is_revoked_meanwhile_ends_the_cycle(job, server, tenant, ann, eve):
    """Nobody else is tried, groups neither, and all are when the key works again."""
    job.with_groups = True
    job.application.assign(tenant.add_group("Sales", [ann]))
    server.answers["POST"] = answer(401)

    report = job.run_cycle()

    assert server.sent.count("POST") == 1
    assert job.quarantine.reason == report.failure == "The server answered 401."
    assert ProvisionedUser.objects.count() == 0

    job.with_groups = False
    server.answers.clear()
    tenant.clock.advance(6 * HOUR)
    job.run_cycle()

    assert job.quarantine is None
    assert ProvisionedUser.objects.count() == 2


@pytest.mark.parametrize(("honours", "is_tried"), [(True, False), (False, True)])
def test_retry_after_is_honoured_where_that_is_chosen(
    job, server, tenant, ann, honours, is_tried
):
    """Else the first pause is half an hour, whatever the server asks for."""
    job.points = OpenPoints(honours_retry_after=honours)
    server.answers["POST"] = answer(503, retry_after=str(2 * 60 * 60))
    job.run_cycle()
    server.answers.clear()

    job.next_cycle()

    assert ProvisionedUser.objects.exists() == is_tried
    tenant.clock.advance(2 * HOUR)
    job.run_cycle()
    assert ProvisionedUser.objects.exists()


def test_a_deletion_that_fails_is_tried_again(job, server, tenant, ann):
    """Although the directory does not know the person any more."""
    job.run_cycle()
    tenant.delete(ann)
    tenant.clock.advance(datetime.timedelta(days=31))
    server.answers["DELETE"] = answer(500)

    job.run_cycle()

    assert (job.log[-1].action, job.log[-1].status) == (Action.DELETE, Status.FAILURE)
    assert ProvisionedUser.objects.exists()

    server.answers.clear()
    job.next_cycle()

    assert not ProvisionedUser.objects.exists()


def test_a_created_resource_has_an_id(job, server, ann):
    """Without it, nothing more can be said of the person."""
    server.answers["POST"] = answer(201, b'{"userName": "ann@contoso.example"}')

    job.run_cycle()

    assert job.log[-1].error_code == ErrorCode.INCOMPATIBLE


def test_several_who_match_are_none(job, server, ann):
    """Entra does not choose."""
    body = b'{"totalResults": 2, "Resources": [{"id": "1"}, {"id": "2"}]}'
    server.answers["GET"] = answer(200, body)

    job.run_cycle()

    assert job.log[-1].error_code == ErrorCode.DUPLICATE
    assert "POST" not in server.sent


def test_a_lost_person_is_not_asked_for_again(job, server, tenant, ann):
    """Until a restart; the log tells of it each time."""
    job.run_cycle()
    ProvisionedUser.objects.all().delete()
    tenant.change_person(ann, {"jobTitle": "Boss"})
    job.next_cycle()
    server.sent.clear()

    job.next_cycle()

    assert job.log[-1].error_code == ErrorCode.INVALID_ANCHOR
    assert "Restart provisioning" in job.log[-1].detail
    assert server.sent == ["GET", "GET"]  # the probe


def test_a_restart_can_forget_everybody(job, server, ann):
    """Then they are matched anew, by filter."""
    job.run_cycle()
    link = job.links[ann].id

    job.restart(forget_links=True)

    assert not job.links
    assert set(job.run_cycle().requests) == {"GET"}
    assert job.links[ann].id == link


def test_on_demand_begins_with_the_probe(job, server, ann):
    """And goes no further than that, if it fails."""
    server.answers["GET"] = answer(401)

    entry = job.provision_on_demand(ann)

    assert (entry.action, entry.error_code) == (Action.CONNECT, ErrorCode.CREDENTIALS)
    assert server.sent == ["GET"]


def test_one_cycle_at_a_time(job, ann):
    """A second one does not begin until then."""
    refused = []

    def begin_another(done, total):
        with pytest.raises(AlreadyRunning):
            job.run_cycle()
        refused.append(done)

    job.run_cycle(begin_another)

    assert refused == [0, 1]
