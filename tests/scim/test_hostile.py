"""Hostile requests get a 4xx at most, and reach nobody but their target."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth import get_user_model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entra_scim.models import ProvisionedUser
from tests.support.deactivation import CARRIERS
from tests.support.random_payloads import JSON, OPERATIONS, PATHS

pytestmark = pytest.mark.django_db

relaxed = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def others(scim, foreign_scim, ann, admin):
    """People whom no request here is about."""
    for client in (scim, foreign_scim):
        response = client.post(
            "/Users",
            {"userName": f"other{client.base[-1]}@x.example", "externalId": "o"},
        )
        assert response.status_code == 201
    return list(get_user_model().objects.values_list("pk", flat=True))


def rows(others):
    users = get_user_model().objects.filter(pk__in=others)
    links = ProvisionedUser.objects.filter(user__in=others)
    return [list(users.order_by("pk").values()), list(links.order_by("pk").values())]


@relaxed
@given(body=JSON | st.dictionaries(PATHS | st.text(max_size=5), JSON, max_size=5))
def test_any_body(scim, others, body):
    """POST and PUT."""
    created = scim.post("/Users", {"userName": "target@x.example"})
    before = rows(others)

    for response in (
        scim.post("/Users", body),
        scim.put(f"/Users/{created.json()['id']}", body),
    ):
        assert response.status_code < 500, response.content
        assert response.json()
    assert rows(others) == before

    for person in ProvisionedUser.objects.exclude(user__in=others):
        scim.delete(f"/Users/{person.pk}")
        person.user.delete()


@relaxed
@given(operations=OPERATIONS)
def test_any_operations(scim, others, operations):
    """PATCH, of which nothing else can become of a person than a person."""
    created = scim.post("/Users", {"userName": "target@x.example"})
    path = f"/Users/{created.json()['id']}"
    before = rows(others)

    response = scim.send(
        "patch", path, json.dumps({"Operations": operations}, allow_nan=True)
    )

    assert response.status_code < 500, response.content
    assert rows(others) == before
    user = ProvisionedUser.objects.exclude(user__in=others).get().user
    assert not user.is_superuser
    assert not user.is_staff
    assert not user.has_usable_password()
    scim.delete(path)
    user.delete()


ROLE_PATHS = st.sampled_from(
    [
        "roles",
        "roles.value",
        'roles[value eq "Viewer"]',
        'roles[value eq "Authorizer"].display',
        'roles[type eq "x"].value',
        'roles[primary eq "True"].value',
        'roles[primary eq "True"].display',
        'roles[display pr or value eq "Uploader"].type',
    ]
)
ROLE_VALUES = st.sampled_from(["Viewer", "Authorizer", "viewer", "Viewer,Uploader"])
ROLE_ITEMS = ROLE_VALUES | st.builds(
    lambda part, value: {part: value},
    st.sampled_from(["value", "display", "displayName", "VALUE", "type"]),
    ROLE_VALUES | ROLE_VALUES.map(lambda value: json.dumps({"value": value})),
)
ROLE_OPERATIONS = st.lists(
    st.fixed_dictionaries(
        {
            "op": st.sampled_from(["Add", "replace", "remove"]),
            "path": ROLE_PATHS,
            "value": st.none() | ROLE_ITEMS | st.lists(ROLE_ITEMS, max_size=2),
        }
    ),
    max_size=4,
)


@relaxed
@given(
    operations=OPERATIONS.filter(bool) | ROLE_OPERATIONS,
    carrier=st.sampled_from(CARRIERS),
    place=st.integers(0, 4),
)
def test_a_leaver_is_out_among_any_operations(
    scim, others, roles, operations, carrier, place
):
    """Whatever surrounds it, and wherever it is."""
    created = scim.post(
        "/Users", {"userName": "target@x.example", "roles": [{"value": "Viewer"}]}
    )
    path = f"/Users/{created.json()['id']}"
    before = rows(others)

    response = scim.patch(path, *operations[:place], carrier, *operations[place:])

    assert response.status_code == 200, response.content
    assert response.json()["active"] is False
    user = ProvisionedUser.objects.exclude(user__in=others).get().user
    assert not user.is_active
    assert not user.groups.exists()
    assert rows(others) == before
    assert response.json() == scim.get(path).json()
    scim.delete(path)
    user.delete()


@relaxed
@given(operations=ROLE_OPERATIONS)
def test_nobody_gets_a_group_without_its_role(scim, others, roles, operations):
    """Only values of roles that are there grant groups; display names never do."""
    created = scim.post("/Users", {"userName": "target@x.example"})
    path = f"/Users/{created.json()['id']}"

    response = scim.patch(path, *operations or [{"op": "remove", "path": "title"}])

    assert response.status_code < 500
    user = ProvisionedUser.objects.exclude(user__in=others).get().user
    named = {
        name.strip()
        for role in scim.get(path).json().get("roles", ())
        for name in role.get("value", "").split(",")
    }
    assert set(user.groups.values_list("name", flat=True)) == named & roles.keys()
    sent = json.dumps([operation.get("value") for operation in operations])
    assert all(name in sent for name in named - {""})
    scim.delete(path)
    user.delete()


@relaxed
@given(
    path=st.text(max_size=20),
    query=st.dictionaries(
        st.sampled_from(["filter", "count", "startIndex", "sortBy", "attributes", "x"]),
        st.text(max_size=12),
        max_size=3,
    ),
)
def test_any_address(scim, others, path, query):
    """GET of whatever."""
    for where in ("/Users", f"/Users/{path}", f"/{path}"):
        response = scim.get(where.replace("?", "").replace("#", ""), query)

        assert response.status_code < 502
        assert response.status_code != 500, response.content
