"""How many statements a request costs."""

from __future__ import annotations

import contextlib
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entra_scim.models import AccessKey, ProvisionedElement, ProvisionedUser
from tests.support import own_roles
from tests.support.factories import RoleFactory

pytestmark = pytest.mark.django_db

ADDRESS = "person7@contoso.example"


@contextlib.contextmanager
def statements():
    """Collect what a request asks of the database, transactions aside."""
    collected = []
    with CaptureQueriesContext(connection) as queries:
        yield collected
    collected += [
        query["sql"]
        for query in queries.captured_queries
        if not re.match(r"(BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK|SET)", query["sql"])
    ]


def writes(collected):
    return [sql for sql in collected if not sql.startswith("SELECT")]


def body(number, **attributes):
    address = f"person{number}@contoso.example"
    return {
        "userName": address,
        "externalId": f"id-{number}",
        "displayName": f"Person {number}",
        "name": {"givenName": "Person", "familyName": str(number)},
        "emails": [{"type": "work", "primary": True, "value": address}],
        "roles": [{"value": "Viewer"}],
        **attributes,
    }


@pytest.fixture
def people(scim, contoso):
    """Some people, and a key that has been used just now."""
    RoleFactory(environment=contoso, value="Viewer")
    RoleFactory(environment=contoso, value="Uploader")
    for number in range(10):
        response = scim.post("/Users", body(number))
        assert response.status_code == 201, response.content
    return ProvisionedUser.objects.get(
        external_id_key__isnull=False, pk__isnull=False, attributes__userName=ADDRESS
    )


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/Users/{id}", 1),
        ('/Users?filter=userName eq "Person7@contoso.example"', 1),
        ('/Users?filter=externalId eq "id-7"', 1),
        ('/Users?filter=id eq "{id}"', 2),
        ('/Users?filter=emails eq "person7@contoso.example"', 2),
        ('/Users?filter=emails[type eq "work"].value eq "person7@contoso.example"', 2),
    ],
)
def test_a_look_up_costs_one_or_two(scim, people, path, number):
    """The key and the person, with everything that is answered."""
    with statements() as collected:
        response = scim.get(path.format(id=people.pk))

    assert response.status_code == 200
    assert str(people.pk) in response.content.decode()
    assert len(collected) == number


def test_a_probe_that_finds_nobody_costs_one(scim, people):
    """Test Connection is cheap."""
    with statements() as collected:
        scim.get('/Users?filter=userName eq "nobody"')

    assert len(collected) == 1


@pytest.mark.parametrize("query", ["count=5", "count=5&startIndex=3&sortBy=userName"])
def test_a_page_costs_three(scim, people, query):
    """The key, the page and the total, however long the page is."""
    with statements() as collected:
        scim.get(f"/Users?{query}")

    assert len(collected) == 3


def test_a_patch_that_changes_nothing_writes_nothing(scim, people):
    """Two reads, of which one is under the lock."""
    with statements() as collected:
        scim.patch(
            f"/Users/{people.pk}",
            {"op": "Replace", "path": "displayName", "value": "Person 7"},
        )

    assert writes(collected) == []
    assert len(collected) == 2


@pytest.mark.parametrize(
    ("operation", "most"),
    [
        ({"path": "title", "value": "Boss"}, 5),
        ({"path": "displayName", "value": "New"}, 6),
        ({"path": "name.givenName", "value": "New"}, 7),
        ({"path": "active", "value": "False"}, 10),
        ({"path": "roles", "value": [{"value": "Uploader"}]}, 13),
    ],
)
def test_a_patch_costs_what_it_changes(scim, people, operation, most):
    """One write a table, and the event."""
    with statements() as collected:
        scim.patch(f"/Users/{people.pk}", {"op": "Replace", **operation})

    assert len(collected) <= most
    tables = re.findall(r'(?:UPDATE|INTO|FROM) ["`](\w+)', " ".join(writes(collected)))
    assert len(tables) == len(set(tables)) or "roles" in operation["path"]


def test_creating_costs_the_same_however_many_there_are(scim, people):
    """Constant, whatever the number of people and roles."""
    with statements() as few:
        scim.post("/Users", body(100))
    for number in range(200, 220):
        scim.post("/Users", body(number))
    with statements() as many:
        scim.post("/Users", body(300))

    assert len(few) == len(many) <= 11
    # One row of the user, with everything set, and no second write of any table.
    tables = re.findall(r'INTO ["`](\w+)', " ".join(writes(many)))
    assert len(tables) == len(set(tables)) == len(writes(many))


def test_the_tables_are_the_ones_meant(people):
    """The cast is there."""
    assert ProvisionedElement.objects.count() == 50
    assert AccessKey.objects.get().last_used_at


@pytest.mark.parametrize("are_own", [False, True], ids=["groups", "assign_roles"])
def test_roles_cost_the_same_however_many(scim, people, contoso, settings, are_own):
    """Whether roles grant groups or the product keeps them itself."""
    if are_own:
        own_roles.use(settings, assign_roles=lambda *arguments: None)
    names = [f"Role{number}" for number in range(12)]
    for name in names:
        RoleFactory(environment=contoso, value=name)

    def cost(given):
        value = own_roles.values(*given)
        with statements() as collected:
            answer = scim.patch(
                f"/Users/{people.pk}",
                {"op": "Replace", "path": "roles", "value": value},
            )
        assert answer.status_code == 200
        assert len(answer.json().get("roles", [])) == len(given)
        return len(collected)

    cost(names[:1])
    few = [cost(names[:3]), cost(names[1:4]), cost(names[:1])]
    many = [cost(names[:11]), cost(names[1:]), cost(names[:1])]

    assert few == many
    assert max(few) <= 16
