"""Provisioning cycles of the local Entra against the endpoint."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth import get_user_model

from entra_emulator import ProvisioningJob
from entra_emulator.moves import moved
from entra_emulator.provisioning.logs import Action, ErrorCode, Status
from entra_emulator.provisioning.mappings import (
    DEFAULT_MAPPINGS,
    Mapping,
    advised,
    role_mapping,
)
from entra_emulator.provisioning.open_points import OpenPoints
from entra_emulator.provisioning.reports import State
from entra_emulator.provisioning.roles import RoleFunction
from entra_emulator.provisioning.servers import filter_query
from entra_scim.models import AccessKey, EnvironmentRole, ProvisionedUser

from .conftest import PROFILE

DAY = datetime.timedelta(days=1)


def groups_of(user):
    return sorted(user.groups.values_list("name", flat=True))


def provisioned(person):
    return ProvisionedUser.objects.select_related("user").get(
        external_id_key__isnull=False, attributes__externalId=person.object_id
    )


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


def failures(job):
    return [entry for entry in job.log if entry.status == Status.FAILURE]


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


def test_roles_follow_assignments(job, tenant, app, role):
    """By groups too, of which direct members count."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    sales = tenant.add_group("Sales", [ann])
    app.assign(sales, role("Uploader"))
    job.run_cycle()
    uploader = EnvironmentRole.objects.get(value="Uploader").group.name
    viewer = EnvironmentRole.objects.get(value="Viewer").group.name
    assert groups_of(provisioned(ann).user) == [uploader]

    app.assign(ann, role("Viewer"))
    job.next_cycle()
    assert groups_of(provisioned(ann).user) == sorted([uploader, viewer])

    tenant.remove_member(sales, ann)
    job.next_cycle()
    assert groups_of(provisioned(ann).user) == [viewer]


def test_default_access_grants_nothing(job, tenant, app):
    """Whoever has only that comes without roles."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann)

    job.run_cycle()

    assert provisioned(ann).active
    assert groups_of(provisioned(ann).user) == []


def test_one_value_names_several_roles(job, tenant, app):
    """Separated by commas, as the guide says."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, app.add_role("Uploader,Authorizer"))

    job.run_cycle()

    assert len(groups_of(provisioned(ann).user)) == 2


def test_groups_are_refused_where_they_are_not_taken(job, tenant, app, role):
    """With group provisioning on, the product says no, and people come all the same."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(tenant.add_group("Sales", [ann]), role("Viewer"))
    job.with_groups = True

    report = job.run_cycle()

    assert [entry.name for entry in failures(job)] == ["Sales"]
    assert report.failure == ""
    assert provisioned(ann).active


def test_guests_have_their_own_domain(job, tenant, app, role):
    """Entra leaves out ``#EXT#@…``."""
    guest = tenant.add_person(
        "gus_partner.example#EXT#@contoso.example",
        "Gus Guest",
        mail="gus@partner.example",
        is_guest=True,
    )
    app.assign(guest, role("Viewer"))

    job.run_cycle()

    assert provisioned(guest).attributes["userName"] == "gus@partner.example"


def test_managers_come_in_a_second_pass(job, tenant, app, role):
    """Whoever is provisioned first: the reference needs both ends."""
    boss = tenant.add_person("boss@contoso.example", "Beth Boss")
    ann = tenant.add_person("ann@contoso.example", "Ann Smith", manager=boss)
    for person in (ann, boss):
        app.assign(person, role("Viewer"))
    job.run_cycle()

    enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    manager = provisioned(ann).attributes[enterprise]["manager"]
    assert manager["value"] == str(provisioned(boss).pk)


def test_a_manager_who_comes_later_waits_for_a_restart(job, tenant, app, role):
    """As Microsoft's known issues say."""
    boss = tenant.add_person("boss@contoso.example", "Beth Boss")
    ann = tenant.add_person("ann@contoso.example", "Ann Smith", manager=boss)
    app.assign(ann, role("Viewer"))
    job.run_cycle()
    app.assign(boss, role("Viewer"))
    job.next_cycle()
    assert "manager" not in str(provisioned(ann).attributes)

    job.restart()
    job.next_cycle()

    assert "manager" in str(provisioned(ann).attributes)


def test_a_single_role_of_several_may_be_refused(job, tenant, app, role):
    """Microsoft's documents contradict each other: it takes any, or fails."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    app.assign(ann, role("Uploader"))
    job.mappings = advised(RoleFunction.SINGLE)
    job.points = OpenPoints(refuses_several_grants=True)
    job.run_cycle()
    assert [entry.error_code for entry in failures(job)] == [ErrorCode.SEVERAL_GRANTS]
    assert not ProvisionedUser.objects.exists()

    job.points = OpenPoints()
    job.next_cycle()

    assert len(groups_of(provisioned(ann).user)) == 1


def test_on_demand_brings_no_roles(job, tenant, app, role):
    """And speaks without the flag, whatever is on the Tenant URL."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    created = job.provision_on_demand(ann)
    tenant.change_person(ann, {"jobTitle": "Boss"})
    changed = job.provision_on_demand(ann)

    assert created.action == Action.CREATE
    assert groups_of(provisioned(ann).user) == []
    assert changed.exchanges[-1].body["Operations"] == [
        {"op": "Add", "path": "title", "value": "Boss"}
    ]


def test_on_demand_sends_what_was_observed(job, tenant, app, role):
    """A look-up of nobody, one of the person, known or not, and the change."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    job.run_cycle()
    tenant.change_person(ann, {"jobTitle": "Boss"})
    changed = job.provision_on_demand(ann)
    app.unassign(ann)
    left = job.provision_on_demand(ann)

    for entry in (changed, left):
        assert [exchange.method for exchange in entry.exchanges] == ["GET", "PATCH"]
        assert entry.exchanges[0].path == (
            f"/Users?filter=externalId+eq+%22{ann.object_id}%22"
        )
    [probe] = next(e for e in reversed(job.log) if e.action == Action.CONNECT).exchanges
    assert probe.path.startswith("/Users?filter=externalId+eq+%22")
    assert not provisioned(ann).active


def test_on_demand_restores_nobody(job, tenant, app, role):
    """That comes with the next cycle."""
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    job.run_cycle()
    tenant.delete(ann)
    job.next_cycle()
    tenant.restore(ann)

    assert job.provision_on_demand(ann).status == Status.SKIPPED

    job.next_cycle()
    assert provisioned(ann).active


def test_on_demand_leaves_disabled_people_alone(job, tenant, app, role):
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(ann, role("Viewer"))
    tenant.disable(ann)

    entry = job.provision_on_demand(ann)

    assert entry.status == Status.SKIPPED


def test_a_refusal_is_told_and_tried_again(job, tenant, app, role, admin):
    """With growing pauses, until whoever stands in the way is gone."""
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
