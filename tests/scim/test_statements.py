"""How many statements a request costs, and that each of them uses an index."""

from __future__ import annotations

import contextlib
import re

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entra_scim.models import AccessKey, ProvisionedElement, ProvisionedUser
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


BY_KEY = [
    'displayName eq "Person 7"',
    'nickName eq "x"',
    'name.familyName eq "7"',
    'manager eq "x"',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq "7"',
    'phoneNumbers[type eq "work"].value eq "x"',
    'emails[type eq "work"] eq "person7@contoso.example"',
]


def plan(sql):
    """Return how the database would find the rows of a statement."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # With the few rows of a test, reading all of them would be right.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}")
            return "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return "\n".join(row[3] for row in cursor.fetchall())


@pytest.mark.skipif(
    connection.vendor == "mysql", reason="MariaDB plans by the number of rows alone."
)
@pytest.mark.parametrize(
    "request_of",
    [
        lambda scim, person: scim.get(f"/Users/{person.pk}"),
        lambda scim, person: scim.get(f'/Users?filter=userName eq "{ADDRESS}"'),
        lambda scim, person: scim.get('/Users?filter=externalId eq "id-7"'),
        lambda scim, person: scim.get(f'/Users?filter=emails eq "{ADDRESS}"'),
        lambda scim, person: scim.get('/Users?filter=displayName co "x"'),
        *(
            lambda scim, person, text=text: scim.get("/Users", {"filter": text})
            for text in BY_KEY
        ),
        lambda scim, person: scim.get("/Users?count=2"),
        lambda scim, person: scim.post("/Users", body(500)),
        lambda scim, person: scim.patch(
            f"/Users/{person.pk}",
            {"op": "Replace", "path": "userName", "value": "other@contoso.example"},
            {"op": "Replace", "path": "roles", "value": [{"value": "Uploader"}]},
        ),
        lambda scim, person: scim.delete(f"/Users/{person.pk}"),
    ],
    ids=[
        "id",
        "userName",
        "externalId",
        "email",
        "co",
        *BY_KEY,
        "page",
        "post",
        "patch",
        "delete",
    ],
)
def test_no_statement_reads_a_whole_table(scim, people, request_of):
    """100,000 people elsewhere cost nothing."""
    large = {
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.app_label in ("entra_scim", "product", "customuser")
    } - {"entra_scim_environmentrole", "product_environment", "entra_scim_environment"}

    with statements() as collected:
        assert request_of(scim, people).status_code < 300

    for sql in collected:
        if not sql.startswith(("SELECT", "UPDATE", "DELETE")):
            continue
        found = plan(sql.replace("FOR NO KEY UPDATE OF", "--").replace("%", "%%"))
        for table in large:
            assert not re.search(rf"SCAN {table}\b(?! USING)", found), sql
            assert not re.search(rf"Seq Scan on {table}\b", found), sql


def test_the_tables_are_the_ones_meant(people):
    """The cast is there."""
    assert ProvisionedElement.objects.count() == 50
    assert AccessKey.objects.get().last_used_at
