"""What a directory refuses, as Entra does."""

from __future__ import annotations

import pytest


def test_a_user_principal_name_is_one_persons(tenant):
    """In any case; a deleted person keeps it, and gives it back when gone for good."""
    ann = tenant.add_person("ann@contoso.example")
    bob = tenant.add_person("bob@contoso.example")
    tenant.delete(ann)

    with pytest.raises(ValueError, match=r"ANN@contoso\.example already"):
        tenant.add_person("ANN@contoso.example")
    with pytest.raises(ValueError, match="already"):
        tenant.rename(bob, "ann@contoso.example")
    with pytest.raises(ValueError, match="already"):  # Bob has his own still
        tenant.add_person("bob@contoso.example")

    tenant.purge(ann)
    tenant.rename(bob, "ann@contoso.example")
    assert tenant.add_person("bob@contoso.example")


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
