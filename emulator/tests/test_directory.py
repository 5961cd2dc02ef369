"""What a directory refuses, as Entra does."""

from __future__ import annotations

import pytest

from entra_emulator.moves import moved


def test_a_user_principal_name_is_one_persons(tenant):
    """In any case, and until that person is deleted."""
    ann = tenant.add_person("ann@contoso.example")
    bob = tenant.add_person("bob@contoso.example")

    with pytest.raises(ValueError, match=r"ANN@contoso\.example already"):
        tenant.add_person("ANN@contoso.example")
    with pytest.raises(ValueError, match="already"):
        tenant.rename(bob, "ann@contoso.example")
    with pytest.raises(ValueError, match="already"):  # Bob has his own still
        tenant.add_person("bob@contoso.example")

    tenant.delete(ann)
    tenant.purge(ann)
    tenant.rename(bob, "ann@contoso.example")
    assert tenant.add_person("bob@contoso.example")


def test_a_soft_deletion_frees_the_user_principal_name(tenant):
    """By the object ID before it, until the person is restored."""
    ann = tenant.add_person("ann@contoso.example")
    tombstone = ann.object_id.replace("-", "") + "ann@contoso.example"

    tenant.delete(ann)
    tenant.delete(ann)  # who is deleted already stays so
    assert ann.user_principal_name == tombstone
    colleague = tenant.add_person("ann@contoso.example")

    with pytest.raises(ValueError, match=r"ann@contoso\.example already"):
        tenant.restore(ann)
    assert ann.deleted_at
    assert ann.user_principal_name == tombstone

    tenant.rename(colleague, "ann.new@contoso.example")
    tenant.restore(ann)
    tenant.restore(ann)
    assert ann.user_principal_name == "ann@contoso.example"


def test_a_move_to_another_tenant(tenant, app, role):
    """Everything has another ID and is otherwise as it was."""
    boss = tenant.add_person("boss@contoso.example", "Beth Boss")
    ann = tenant.add_person("ann@contoso.example", "Ann Smith", manager=boss)
    guest = tenant.add_person("eve@fabrikam.example", is_guest=True, mail="")
    tenant.delete(tenant.add_person("gone@contoso.example"))
    tenant.disable(guest)
    app.assign(tenant.add_group("Sales", [ann]), role("Viewer"))
    app.assign(boss, role("Uploader"))
    app.assign(boss)
    app.change_role(role("Uploader"), is_enabled=False)

    other = moved(tenant)

    assert other.id != tenant.id
    there = {one.user_principal_name: one for one in other.people.values()}
    assert list(there) == [one.user_principal_name for one in (boss, ann, guest)]
    assert not there.keys() & {one.object_id for one in tenant.people.values()}
    assert not other.people.keys() & tenant.people.keys()
    same = there[ann.user_principal_name]
    assert same.profile == ann.profile
    assert same.profile is not ann.profile
    assert same.manager is there[boss.user_principal_name]
    assert there[guest.user_principal_name].profile == guest.profile
    assert not there[guest.user_principal_name].account_enabled
    [application] = other.applications
    assert application.client_id != app.client_id
    assert not application.secrets
    assert [role.value for role in application.roles_of(same)] == ["Viewer"]
    [uploader] = application.roles_of(same.manager)
    assert (uploader.value, uploader.is_enabled) == ("Uploader", False)
    assert len(application.assignments_of(same.manager)) == 2


def test_who_is_gone_for_good_is_in_no_group(tenant):
    ann = tenant.add_person("ann@contoso.example")
    group = tenant.add_group("Sales", [ann])

    tenant.purge(ann)

    assert not group.members


def test_a_profile_has_entras_names(tenant):
    """A misspelt one would never arrive."""
    ann = tenant.add_person("ann@contoso.example")

    with pytest.raises(ValueError, match="People have no jobtitle"):
        tenant.change_person(ann, {"jobtitle": "Boss"})


def test_values_of_app_roles_have_no_spaces(app, role):
    """Neither at first nor later."""
    with pytest.raises(ValueError, match="no spaces"):
        app.add_role("Head clerk")
    with pytest.raises(ValueError, match="no spaces"):
        app.change_role(role("Viewer"), value="Head clerk")


def test_a_value_is_one_app_roles(app):
    with pytest.raises(ValueError, match="has the Value Viewer"):
        app.add_role("Viewer")


def test_an_assignment_is_made_once(tenant, app, role):
    """And never with a role that is disabled."""
    ann = tenant.add_person("ann@contoso.example")
    app.assign(ann, role("Viewer"))
    app.change_role(role("Uploader"), is_enabled=False)

    with pytest.raises(ValueError, match="already"):
        app.assign(ann, role("Viewer"))
    with pytest.raises(ValueError, match="disabled"):
        app.assign(ann, role("Uploader"))
