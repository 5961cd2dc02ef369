"""Products with several databases: what is decided is read where it is written."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user, get_user_model
from django.core.checks import run_checks
from django.db import connection
from django.urls import reverse

from entra_scim.checks import databases
from entra_scim.models import ProvisionedUser
from tests.support.factories import GroupFactory

OURS = "entra_scim.routers.PrimaryRouter"


@pytest.fixture
def all_from_a_replica(settings):
    settings.DATABASE_ROUTERS = [OURS, "tests.support.routers.AllFromAReplica"]


@pytest.fixture
def ours_from_a_replica(settings):
    settings.DATABASE_ROUTERS = [OURS, "tests.support.routers.OursFromAReplica"]


def replace(path, value):
    return {"op": "Replace", "path": path, "value": value}


def test_everything_that_entra_does(scim, ann, roles, all_from_a_replica):
    """One read of anything from the replica would end this."""
    viewers = [{"value": "Viewer"}]
    created = scim.post("/Users", {"userName": "eve@contoso.example", "roles": viewers})
    linked = scim.post("/Users", {"userName": ann.email, "roles": viewers})
    assert (created.status_code, linked.status_code) == (201, 201)
    path = f"/Users/{created.json()['id']}"

    assert scim.get(path).status_code == 200
    assert scim.filter('userName eq "eve@contoso.example"')
    assert scim.get("/Users").json()["totalResults"] == 2
    assert scim.patch(path, replace("displayName", "Eve")).status_code == 200
    assert scim.patch(path, replace("roles", [])).status_code == 200
    assert scim.put(path, {"userName": "e@contoso.example"}).status_code == 200
    assert scim.patch(path, replace("active", False)).status_code == 200
    assert scim.patch(path, replace("active", True)).status_code == 200
    refused = scim.post("/Users", {"userName": "e@contoso.example"})
    assert refused.status_code == 409
    assert scim.delete(path).status_code == 204


def test_roles_take_and_give_groups(scim, contoso, roles, all_from_a_replica):
    """A leaver of a role must not keep its group by a look at what was."""
    response = scim.post(
        "/Users", {"userName": "eve@contoso.example", "roles": [{"value": "Viewer"}]}
    )
    user = (
        ProvisionedUser.objects.using("default").get(pk=response.json()["id"]).user_id
    )
    groups = get_user_model().groups.through.objects.using("default")
    role, group = roles["Viewer"], GroupFactory(name="Another")

    role.group = group
    role.save()
    assert [row.group_id for row in groups.all()] == [group.pk]
    role.delete()
    assert not groups.exists()
    assert user


def test_sessions_are_decided_by_the_primary(scim, ann, client, ours_from_a_replica):
    path = f"/Users/{scim.post('/Users', {'userName': ann.email}).json()['id']}"
    client.force_login(ann, "django.contrib.auth.backends.ModelBackend")
    assert get_user(client).is_authenticated

    assert scim.patch(path, replace("active", False)).status_code == 200

    client.get(reverse("entra_scim_oidc:sign-in"))
    assert get_user(client).is_anonymous


def ids(messages):
    return {message.id for message in messages}


@pytest.mark.parametrize(
    ("routers", "expected"),
    [
        ([], set()),
        ([OURS, "tests.support.routers.AllFromAReplica"], set()),
        (["tests.support.routers.AllFromAReplica"], {"entra_scim.E022"}),
        (["tests.support.routers.AllFromAReplica", OURS], {"entra_scim.E022"}),
        (["tests.support.routers.PeopleElsewhere"], {"entra_scim.E021"}),
    ],
)
@pytest.mark.django_db  # Django 6.1 asks whether the database knows JSON.
def test_what_cannot_be_right_is_refused(settings, routers, expected):
    settings.DATABASE_ROUTERS = routers

    messages = run_checks(tags=["models"])

    refusals = {one for one in ids(messages) if one.startswith("entra_scim.E")}
    assert refusals == expected


def test_a_product_without_autocommit(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "AUTOCOMMIT", False)

    assert ids(databases.check_autocommit(None)) == {"entra_scim.E023"}
