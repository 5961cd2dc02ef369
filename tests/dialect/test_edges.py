"""What Entra would hardly send, read as it is meant or refused with a reason."""

from __future__ import annotations

import json

import pytest

from entra_scim.dialect.app_roles import app_role_problem
from entra_scim.dialect.operations import MAX_OPERATIONS
from entra_scim.document.documents import ENTERPRISE

pytestmark = pytest.mark.django_db

EVE = {"userName": "eve@contoso.example", "roles": [{"value": "Viewer"}]}


@pytest.fixture
def eve(scim):
    return f"/Users/{scim.post('/Users', EVE).json()['id']}"


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "roles", "value": []},
        {"op": "remove", "path": "roles", "value": [None]},
        {"op": "add", "path": "roles", "value": [None, ""]},
    ],
)
def test_a_list_without_values_changes_nothing(scim, eve, operation):
    """Taken for the whole list, it would cost somebody their roles."""
    answer = scim.patch(eve, operation)

    assert answer.status_code == 200
    assert [role["value"] for role in answer.json()["roles"]] == ["Viewer"]


def test_a_list_of_one_object_without_a_value_is_no_name(scim, eve):
    """As Entra wraps single values, but for what it is about."""
    operation = {"op": "Replace", "path": "displayName", "value": [{"$ref": None}]}

    assert scim.patch(eve, operation).status_code == 400
    assert "displayName" not in scim.get(eve).json()


def test_a_person_has_one_manager(scim, eve):
    managers = [{"value": "1"}, {"value": "2"}]
    path = f"{ENTERPRISE}:manager"

    refused = scim.patch(eve, {"op": "add", "path": path, "value": managers})
    assert "manager must be one person" in refused.json()["detail"]

    answer = scim.patch(eve, {"op": "add", "path": path, "value": managers[:1]})
    assert answer.json()[ENTERPRISE]["manager"]["value"] == "1"


def test_a_value_of_many_parts_counts_as_many(scim, eve):
    """Each part is an operation of its own, of which a request has so many."""
    value = {"locality": "Utrecht", "region": "U", "country": "NL"}
    operation = {"op": "add", "path": 'addresses[type eq "work"]', "value": value}

    refused = scim.patch(eve, *[operation] * (MAX_OPERATIONS // 3 + 1))

    assert refused.status_code == 413
    assert "addresses" not in scim.get(eve).json()


def test_a_false_that_is_wrapped_too_deep_puts_nobody_out(scim, eve):
    value = False
    for _ in range(20):
        value = [value]

    refused = scim.patch(eve, {"op": "replace", "path": "active", "value": value})

    assert refused.status_code == 400
    assert scim.get(eve).json()["active"] is True


def test_a_leaver_with_a_password_in_what_cannot_be_kept(scim, eve):
    """It is hidden there too, and the person is out."""
    text = json.dumps({**EVE, "password": "hunter2-hunter2", "active": False})

    answer = scim.send("put", eve, text.replace("{", '{"a": 1, "A": 2, ', 1))

    assert answer.status_code == 200
    assert answer.json()["active"] is False
    assert "hunter2" not in answer.content.decode()


@pytest.mark.parametrize("value", [".Viewer", ".", 'a"b', "a\\b", "x" * 121])
def test_what_is_no_app_role_of_entra_s(value):
    assert app_role_problem(value)


@pytest.mark.parametrize("value", ["Viewer", "a.b", "x" * 120])
def test_what_is_one(value):
    assert app_role_problem(value) is None
