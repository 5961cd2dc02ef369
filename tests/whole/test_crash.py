"""A crash between any two statements leaves the state of before or after."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from entra_scim.models import AccessKey, EnvironmentRole
from tests.support.factories import GroupFactory, RoleFactory

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "p@contoso.example"


class Crash(BaseException):
    """The end of the process: no handler of exceptions sees it."""


class CrashAt:
    """Let the process end before the nth write."""

    def __init__(self, number):
        self.number = number
        self.writes = 0

    def __call__(self, execute, sql, params, many, context):
        if not sql.startswith("SELECT"):
            self.writes += 1
            if self.writes == self.number:
                raise Crash
        return execute(sql, params, many, context)


def state():
    """Return all rows of the tables that matter."""
    return {
        model._meta.label: sorted(
            model.objects.values_list(
                *(field.attname for field in model._meta.concrete_fields)
            ),
            key=repr,
        )
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in ("entra_scim", "product", "customuser")
        and model is not AccessKey
    }


def body(**attributes):
    return {
        "userName": ADDRESS,
        "externalId": "1",
        "name": {"givenName": "P"},
        "emails": [{"type": "work", "value": ADDRESS}],
        "roles": [{"value": "Viewer"}, {"value": "Later"}],
        **attributes,
    }


def create(scim):
    response = scim.post("/Users", body())
    assert response.status_code == 201
    return f"/Users/{response.json()['id']}"


def replace(path, value):
    return {"op": "Replace", "path": path, "value": value}


@pytest.fixture
def viewer(contoso):
    return RoleFactory(environment=contoso, value="Viewer")


def post_a_new_person(scim, contoso, ann):
    return lambda: scim.post("/Users", body())


def post_an_existing_person(scim, contoso, ann):
    return lambda: scim.post("/Users", body(userName=ann.email, emails=[]))


def post_a_returning_person(scim, contoso, ann):
    scim.delete(create(scim))
    return lambda: scim.post("/Users", body())


def patch_everything(scim, contoso, ann):
    path = create(scim)
    return lambda: scim.patch(
        path,
        replace("userName", "new@contoso.example"),
        replace('emails[type eq "work"].value', "new@contoso.example"),
        replace("name.givenName", "New"),
        replace("roles", [{"value": "Other"}]),
        replace("active", "False"),
    )


def put(scim, contoso, ann):
    path = create(scim)
    return lambda: scim.put(path, {"userName": ADDRESS})


def delete(scim, contoso, ann):
    path = create(scim)
    return lambda: scim.delete(path)


def make_a_role(scim, contoso, ann):
    create(scim)
    group = GroupFactory(name="Later")
    return lambda: EnvironmentRole.objects.create(
        environment=contoso, value="Later", group=group
    )


def rename_a_role(scim, contoso, ann):
    create(scim)
    role = EnvironmentRole.objects.get(value="Viewer")
    role.value, role.group = "Later", GroupFactory(name="Later")
    return role.save


def delete_a_role(scim, contoso, ann):
    create(scim)
    return EnvironmentRole.objects.get(value="Viewer").delete


@pytest.mark.parametrize(
    "prepare",
    [
        post_a_new_person,
        post_an_existing_person,
        post_a_returning_person,
        patch_everything,
        put,
        delete,
        make_a_role,
        rename_a_role,
        delete_a_role,
    ],
)
def test_all_or_nothing(scim, contoso, ann, viewer, prepare):
    """Whichever write is the last that happens, all of the change did or none."""
    scim.get("/Users")  # the first use of the key is a change of its own
    act = prepare(scim, contoso, ann)
    before = state()

    crashes = 0
    while True:
        wrapper = CrashAt(crashes + 1)
        with connection.execute_wrapper(wrapper):
            try:
                act()
            except Crash:
                crashes += 1
            else:
                break
        assert state() == before

    assert crashes >= 3
    assert state() != before
