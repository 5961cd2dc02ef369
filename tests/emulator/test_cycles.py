"""People join, change and leave."""

from __future__ import annotations

import pytest

from entra_emulator import ProvisioningJob
from entra_emulator.moves import moved
from entra_emulator.provisioning.logs import Action, Status
from entra_emulator.provisioning.open_points import OpenPoints
from entra_emulator.provisioning.servers import filter_query
from entra_scim.models import ProvisionedUser
from tests.support.jobs import DAY, groups_of, provisioned


def last_patch(job):
    """Return what the last PATCH sent, by the paths."""
    bodies = [
        exchange.body
        for entry in job.log
        for exchange in entry.exchanges
        if exchange.method == "PATCH"
    ]
    sent = {}
    for operation in bodies[-1]["Operations"]:
        path, value = operation.get("path"), operation["value"]
        sent |= {path: value} if path else value
    return sent


def test_people_join(job, tenant, app, role, ann):
    """Who is assigned comes, known or new, and nobody else."""
    known = tenant.add_person("Ann@contoso.example", "Ann Smith")
    new = tenant.add_person("eve@contoso.example", "Eve Brown")
    tenant.add_person("unassigned@contoso.example", "Una Signed")
    app.assign(known, role("Viewer"))
    app.assign(new, role("Uploader"))
    app.assign(new, role("Viewer"))

    report = job.run_cycle()

    assert report.outcomes == {
        (Action.CONNECT, Status.SUCCESS): 1,
        (Action.CREATE, Status.SUCCESS): 2,
    }
    assert provisioned(known).user == ann
    assert len(groups_of(provisioned(new).user)) == 2
    assert ProvisionedUser.objects.count() == 2


def test_people_change(job, tenant, app, role):
    """Each cycle looks only at those who changed since the last one."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    bob = tenant.add_person("bob@contoso.example", "Bob Jones")
    app.assign(ann, role("Viewer"))
    app.assign(bob, role("Viewer"))
    job.run_cycle()
    tenant.change_person(ann, {"displayName": "Ann Jones", "surname": "Jones"})
    tenant.rename(ann, "ann.jones@contoso.example")
    tenant.change_person(ann, {"mail": "ann.jones@contoso.example"})

    report = job.next_cycle()

    assert report.people == 1
    assert provisioned(ann).user.email == "ann.jones@contoso.example"
    assert set(job.log[-1].modified) == {
        "userName",
        "displayName",
        'emails[type eq "work"].value',
        "name.familyName",
        "name.formatted",
    }


def test_who_is_unassigned_is_out(job, tenant, app, role):
    """And is not deleted later: Entra no longer manages them."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    job.run_cycle()
    app.unassign(ann)
    job.next_cycle()

    assert not provisioned(ann).user.is_active
    assert groups_of(provisioned(ann).user) == []

    tenant.delete(ann)
    job.next_cycle()
    tenant.clock.advance(31 * DAY)
    report = job.run_cycle()

    assert ann.object_id not in tenant.people
    assert report.requests["DELETE"] == 0


def test_who_is_deleted_is_out_and_can_come_back(job, tenant, app, role):
    """A soft deletion deactivates, a restoration brings the same person back."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    job.run_cycle()
    before = provisioned(ann)
    tenant.delete(ann)
    job.next_cycle()
    assert not provisioned(ann).active

    tenant.restore(ann)
    job.next_cycle()

    assert provisioned(ann).pk == before.pk
    assert provisioned(ann).active
    assert groups_of(provisioned(ann).user) == groups_of(before.user) != []


def test_the_name_of_the_deleted_is_told(job, tenant, app, role):
    """In the request that deactivates them; it comes back when they do."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    job.run_cycle()
    user = provisioned(ann).user
    tenant.delete(ann)
    job.next_cycle()

    assert last_patch(job) == {
        "active": False,
        "userName": ann.object_id.replace("-", "") + "ann@contoso.example",
    }
    user.refresh_from_db()
    assert user.email == "ann@contoso.example"
    assert not user.is_active

    tenant.restore(ann)
    job.next_cycle()

    assert last_patch(job)["userName"] == "ann@contoso.example"
    user.refresh_from_db()
    assert user.is_active
    assert provisioned(ann).attributes["userName"] == "ann@contoso.example"


def test_an_address_passes_to_a_colleague(job, tenant, app, role):
    """In one cycle or in two: the colleague never gets the account of the leaver."""
    ann = tenant.add_person("ann@contoso.example", "Ann Old")
    app.assign(ann, role("Viewer"))
    job.run_cycle()
    account = provisioned(ann).user
    tenant.delete(ann)
    colleague = tenant.add_person("ann@contoso.example", "Ann New")
    app.assign(colleague, role("Viewer"))

    job.next_cycle()
    job.next_cycle()

    account.refresh_from_db()
    assert not account.is_active
    assert provisioned(ann).user == account
    people = ProvisionedUser.objects.filter(attributes__externalId=colleague.object_id)
    assert account not in [person.user for person in people]


@pytest.mark.parametrize("is_seen", [True, False])
def test_who_is_deleted_between_two_cycles(tenant, app, server, is_seen):
    """Either they are deleted, or Entra never says a word of it."""
    points = OpenPoints(deletes_whom_it_saw_active=is_seen)
    job = ProvisioningJob(tenant, app, server, points=points)
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann)
    job.run_cycle()
    user = provisioned(ann).user

    tenant.delete(ann)
    tenant.purge(ann)
    report = job.next_cycle()

    assert report.requests["DELETE"] == is_seen
    user.refresh_from_db()
    assert user.is_active != is_seen


def test_a_move_to_another_tenant_gives_nobody_the_account_of_another(
    job, tenant, app, role, server
):
    """All object IDs change at once: Entra finds everybody by their userName."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    job.run_cycle()
    before = provisioned(ann)
    other = moved(tenant)

    move = ProvisioningJob(other, other.applications[0], server)
    move.run_cycle()

    [same] = other.people.values()
    [entry] = [one for one in move.log if one.object_id == same.object_id]
    assert [exchange.path for exchange in entry.exchanges[:2]] == [
        f"/Users?{filter_query('externalId', same.object_id)}",
        f"/Users?{filter_query('userName', 'ann@contoso.example')}",
    ]
    assert entry.exchanges[2].method == "PATCH"
    [person] = ProvisionedUser.objects.all()
    assert person.pk == before.pk


def test_who_is_deleted_for_good_is_released(job, tenant, app, role):
    """Thirty days after the soft deletion."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    job.run_cycle()
    user = provisioned(ann).user
    tenant.delete(ann)
    job.next_cycle()
    tenant.clock.advance(29 * DAY)
    assert job.run_cycle().requests["DELETE"] == 0

    tenant.clock.advance(DAY)
    report = job.run_cycle()

    assert report.outcomes[Action.DELETE, Status.SUCCESS] == 1
    assert not ProvisionedUser.objects.exists()
    user.refresh_from_db()
    assert not user.is_active


def test_a_blocked_sign_in_deactivates(job, tenant, app, role):
    """``accountEnabled`` counts for IsSoftDeleted."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    job.run_cycle()
    tenant.disable(ann)
    job.next_cycle()
    assert not provisioned(ann).active

    tenant.enable(ann)
    job.next_cycle()

    assert provisioned(ann).active


def test_disabled_people_are_not_created(job, tenant, app, role):
    """Who never came in needs no account to be inactive."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    tenant.disable(ann)

    job.run_cycle()

    assert not ProvisionedUser.objects.exists()
