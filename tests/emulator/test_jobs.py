"""Jobs that are refused, stopped and begun anew."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth import get_user_model

from entra_emulator import ProvisioningJob
from entra_emulator.provisioning.logs import ErrorCode
from entra_emulator.provisioning.mappings import (
    DEFAULT_MAPPINGS,
    Mapping,
    advised,
    role_mapping,
)
from entra_emulator.provisioning.reports import State
from entra_emulator.provisioning.roles import RoleFunction
from entra_scim.models import AccessKey, ProvisionedUser
from tests.support.jobs import DAY, failures, provisioned

from .conftest import PROFILE


def test_a_refusal_is_told_and_tried_again(job, tenant, app, role, admin):
    """With growing pauses, until the one who stands in the way is gone."""
    person = tenant.add_person("admin@contoso.example", "Ada Admin")
    app.assign(person, role("Viewer"))
    job.run_cycle()
    assert [entry.error_code for entry in failures(job)] == [ErrorCode.CONFLICT]
    assert failures(job)[0].detail

    tried = [job.next_cycle().people for _ in range(8)]
    assert tried == [1, 0, 1, 0, 0, 1, 0, 0]

    user_model = get_user_model()
    names = {user_model.USERNAME_FIELD, user_model.get_email_field_name()}
    user_model.objects.filter(pk=admin.pk).update(
        **dict.fromkeys(names, "local@contoso.example")
    )
    tenant.clock.advance(DAY)
    job.run_cycle()

    assert provisioned(person).active


def test_a_revoked_key_puts_the_job_into_quarantine(job, tenant, app, role):
    """It tries again after 6, 12 and 24 hours, and is disabled after 28 days."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    now = tenant.clock.now()
    AccessKey.objects.update(revoked_at=now)

    report = job.run_cycle()

    assert job.state == State.QUARANTINE
    assert ErrorCode.CREDENTIALS in report.failure
    assert not job.next_cycle().requests
    tenant.clock.advance(datetime.timedelta(hours=6))
    assert job.run_cycle().requests["GET"] == 1
    tenant.clock.advance(datetime.timedelta(hours=11))
    assert not job.run_cycle().requests
    tenant.clock.advance(28 * DAY)
    assert job.state == State.DISABLED
    assert not job.run_cycle().requests

    AccessKey.objects.update(revoked_at=None)
    job.restart()
    job.run_cycle()

    assert job.state == State.ACTIVE
    assert provisioned(ann).active


def test_accidental_deletions_wait(job, tenant, app, role):
    """More than the threshold are held, all of them, until somebody confirms."""
    people = [tenant.add_person(f"p{n}@contoso.example", f"P {n}") for n in range(5)]
    for person in people:
        app.assign(person, role("Viewer"))
    job.run_cycle()
    job.deletion_threshold = 2
    for person in people[:3]:
        app.unassign(person)

    held = job.next_cycle()
    still_held = job.next_cycle()

    assert held.held == still_held.held == 3
    assert ProvisionedUser.objects.filter(active=True).count() == 5

    job.allow_deletions()
    job.next_cycle()

    assert ProvisionedUser.objects.filter(active=True).count() == 2


def test_a_lost_anchor_needs_a_restart(job, tenant, app, role):
    """The server forgot somebody: Entra looks for the ID only, until then."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    job.run_cycle()
    ProvisionedUser.objects.all().delete()
    tenant.change_person(ann, {"jobTitle": "Boss"})
    job.next_cycle()
    assert failures(job)[-1].error_code == ErrorCode.INVALID_ANCHOR

    job.restart()
    job.next_cycle()

    assert provisioned(ann).attributes["title"] == "Boss"


def test_a_changed_mapping_begins_an_initial_cycle(job, tenant, app, role):
    """Links survive: externalId changes for everybody under the same IDs."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    job.mappings = (*DEFAULT_MAPPINGS, role_mapping())
    job.run_cycle()
    before = ProvisionedUser.objects.get()
    assert before.attributes["externalId"] == "ann"

    job.mappings = advised()
    report = job.next_cycle()

    assert report.is_initial
    assert provisioned(ann).pk == before.pk


def test_without_the_active_row_nobody_leaves(job, tenant, app, role):
    """A wrong mapping that the product's tab has to recognise."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    job.mappings = [row for row in advised() if row.target != "active"]
    job.run_cycle()
    app.unassign(ann)

    report = job.next_cycle()

    assert report.requests["PATCH"] == 0
    assert provisioned(ann).active


def test_a_mapping_that_the_server_does_not_know_is_sent_once(job, tenant, app):
    """Unknown attributes are answered as they came, so there is no difference."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann)
    job.mappings = [*advised(), Mapping("favouriteColour", '"blue"')]
    job.run_cycle()
    job.restart()
    report = job.next_cycle()

    assert failures(job) == []
    assert report.requests["PATCH"] == 0


@pytest.mark.parametrize("flagged", [False, True], ids=["unflagged", "flagged"])
@pytest.mark.parametrize("function", RoleFunction)
@pytest.mark.parametrize("rows", ["default", "advised"])
def test_what_the_server_answers_is_no_difference(
    tenant, app, server, role, roles, flagged, function, rows
):
    """Entra would send it again every 40 minutes: after POST, link and PATCH alike."""
    mappings = {
        "default": (*DEFAULT_MAPPINGS, role_mapping(function)),
        "advised": advised(function),
    }[rows]
    boss = tenant.add_person("boss@contoso.example", "Beth Boss", profile=PROFILE)
    ann = tenant.add_person(
        "ann@contoso.example", "Ann Smith", profile=PROFILE, manager=boss
    )
    bare = tenant.add_person("bare@contoso.example", "Bare")
    for person in (boss, ann, bare):
        app.assign(person, role("Viewer"))
    job = ProvisioningJob(tenant, app, server, flagged=flagged, mappings=mappings)

    def send_everything_again():
        job.restart()
        return job.next_cycle().requests

    job.run_cycle()
    assert set(send_everything_again()) == {"GET"}

    app.change_role(role("Uploader"), display_name="Who may upload")
    app.assign(ann, role("Uploader"))
    app.assign(bare, role("Uploader"))
    for name, value in {**PROFILE, "surname": "Jones", "mail": "a@b.example"}.items():
        tenant.change_person(ann, {name: value + "x"})
        tenant.change_person(bare, {name: value})
    tenant.set_manager(bare, boss)
    assert job.next_cycle().requests["PATCH"] == 3
    assert failures(job) == []
    assert set(send_everything_again()) == {"GET"}

    app.unassign(ann)
    tenant.disable(bare)
    assert job.next_cycle().requests["PATCH"] == 2
    assert set(send_everything_again()) == {"GET"}

    app.assign(ann, role("Viewer"))
    tenant.enable(bare)
    job.next_cycle()
    assert failures(job) == []
    assert set(send_everything_again()) == {"GET"}
