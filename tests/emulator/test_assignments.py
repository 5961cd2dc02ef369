"""Roles, managers, guests, and provisioning on demand."""

from __future__ import annotations

from entra_emulator.provisioning.logs import Action, ErrorCode, Status
from entra_emulator.provisioning.mappings import (
    advised,
)
from entra_emulator.provisioning.open_points import OpenPoints
from entra_emulator.provisioning.roles import RoleFunction
from entra_scim.models import EnvironmentRole, ProvisionedUser
from tests.support.jobs import failures, groups_of, provisioned


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
    """Who has only that comes without roles."""
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
    """Whichever is provisioned first: the reference needs both ends."""
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
