"""That nothing reads all people of a directory to find a few of them.

Each statement of Entra's requests, of a sign-in and of the tab is explained by the
database, whatever module it is from.
"""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from entra_scim.activation import shut_out
from entra_scim.diagnosis import headcount
from entra_scim.models import (
    EntraConnection,
    EntraSession,
    ProvisionedUser,
    ProvisioningEvent,
    RoleAssignment,
)
from entra_scim.people import search
from entra_scim.sign_in import sign_ins
from tests.support.factories import RoleFactory
from tests.support.plans import faults
from tests.support.population import analyse, body, fill
from tests.support.sign_in import Browser, activate, connect

pytestmark = pytest.mark.django_db

PEOPLE = 300
ADDRESS = "person7@contoso.example"
_IS_STAFF = re.compile(r"\bis_staff\b.?(?: = \S+)? AND ")
_IS_LOCKED_OUT = re.compile(r"NOT \(?EXISTS.* LIMIT 1022$", re.DOTALL)


@pytest.fixture
def directory(contoso, scim):
    """Many people with a role and an event, and a key that has been used just now."""
    viewer = RoleFactory(environment=contoso, value="Viewer")
    RoleFactory(environment=contoso, value="Uploader")
    fill(contoso, PEOPLE)
    # As if they had been linked, and not created.
    ProvisionedUser.objects.update(former_username_key=F("user_name_key"))
    people = ProvisionedUser.objects.all()
    held = {"value": viewer.value, "value_key": viewer.value_key}
    RoleAssignment.objects.bulk_create(
        RoleAssignment(environment=contoso, provisioned_user=one, **held)
        for one in people
    )
    ProvisioningEvent.objects.bulk_create(
        ProvisioningEvent(environment=contoso, kind="linked", user_id=one.user_id)
        for one in people
    )
    analyse()
    scim.get("/Users", {"count": 0})
    return contoso


def test_requests_of_entra(directory, scim):
    person = ProvisionedUser.objects.get(attributes__userName=ADDRESS)
    path = f"/Users/{person.pk}"
    other = {"op": "Replace", "path": "userName", "value": "new@contoso.example"}
    roles = {"op": "Replace", "path": "roles", "value": [{"value": "Uploader"}]}
    requests = {
        "filter": lambda: scim.get("/Users", {"filter": f'userName eq "{ADDRESS}"'}),
        "id": lambda: scim.get(path),
        "page": lambda: scim.get("/Users", {"count": 2, "startIndex": 9}),
        "create": lambda: scim.post("/Users", body(PEOPLE + 1)),
        "refused": lambda: scim.post("/Users", body(8)),
        "rename": lambda: scim.patch(path, other),
        "roles": lambda: scim.patch(path, roles),
        "leave": lambda: scim.patch(
            path, {"op": "Replace", "path": "active", "value": "False"}
        ),
        "return": lambda: scim.patch(
            path, {"op": "Replace", "path": "active", "value": "True"}
        ),
        "put": lambda: scim.put(path, {**body(7), "displayName": "Seven"}),
        "delete": lambda: scim.delete(path),
        "again": lambda: scim.post("/Users", body(7)),
    }
    for name, request in requests.items():
        found, response = faults(request)
        if name == "page":  # whose total is exact (RFC 7644 §3.4.2)
            found = [(line, sql) for line, sql in found if "COUNT" not in sql]
        assert found == [], name
        assert response.status_code < 300 or name == "refused", response.content


def test_signing_in(directory, entra, settings):
    """At Entra, and with a password that is refused, and what a session asks."""
    settings.ROOT_URLCONF = "tests.support.urls"
    connect(directory, entra)
    activate(directory)
    person = ProvisionedUser.objects.get(attributes__userName=ADDRESS)
    entra.person.object_id = person.attributes["externalId"]
    browser = Browser()
    password = {"username": ADDRESS, "password": "secret"}
    steps = {
        "begin and end": lambda: browser.sign_in(directory),
        "session": lambda: browser.client.get("/who/"),
        "password": lambda: Client().post("/password/", password),
        "nobody's": lambda: Client().post("/password/", {**password, "username": "x"}),
        "shared page": lambda: Client().get(
            reverse("entra_scim_oidc:sign-in"), {"login_hint": ADDRESS}
        ),
    }
    for name, step in steps.items():
        found, _response = faults(step)
        assert found == [], name
    assert browser.user_id == person.user_id


def test_the_tab(directory, admin, monkeypatch):
    """Counts and lists stop at a bound, or have an index for what they look for."""
    monkeypatch.setattr(headcount, "EXACT", 100)
    EntraConnection.objects.create(environment=directory)
    EntraSession.objects.bulk_create(
        EntraSession(environment=directory, user_id=one.user_id)
        for one in ProvisionedUser.objects.all()
    )
    sign_ins.record_failure(directory, "AADSTS7000222", "Expired", "Ann")
    analyse()
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    person = ProvisionedUser.objects.get(attributes__userName=ADDRESS)
    tab = reverse("admin:entra_tab:set_up", args=[directory.pk])
    pages = (
        *(
            "",
            "guide/",
            "sign-in/",
            "later/",
            "codes/",
            "events/",
            "events/?kind=refused",
        ),
        *("events/?person=person+7", "people/", "people/?p=3", "people/?q=person+7"),
        *("people/?q=person", "people/?q=zzz", f"people/{person.pk}/"),
        *("people/?status=inactive", "people/?status=no_sign_in", "people/local/"),
        *("people/?status=waiting", "people/?sort=-name", "people/?sort=changed"),
        *("people/?status=inactive&sort=-changed", "people/local/?sort=-account"),
        *("events/?sort=at", "events/?kind=roles", "?roles=-people"),
        *("people/local/?q=zzz", "events/events.csv"),
    )
    for page in pages:
        found, response = faults(lambda page=page: client.get(tab + page))
        # Who administers an environment, the product's policy finds as it likes.
        # Who is locked out has a test of its own.
        found = [
            (line, sql)
            for line, sql in found
            if not (_IS_STAFF.search(sql) or _IS_LOCKED_OUT.search(sql))
        ]
        assert found == [], page
        assert response.status_code == 200


def test_names_of_a_few_are_looked_up_by_who_they_are(directory, monkeypatch):
    """Not among all that begin as a word does which nearly everybody's name has."""
    monkeypatch.setattr(search, "MOST", 20)

    found, people = faults(lambda: search.people(directory, "person 7"))

    assert found == []
    assert len(people) == 11


def test_who_is_locked_out(directory):
    """Of the links, an index alone is read: nothing tells who has none but each link."""
    found, locked_out = faults(lambda: shut_out.by_activation(directory))
    assert locked_out.count == 0
    if connection.vendor == "mysql":
        assert all(int(rows.split()[0]) < 4 * PEOPLE for rows, _sql in found), found
        assert _indexes_alone(lambda: shut_out.by_activation(directory))
        return
    of_links = [line for line, _sql in found if "entra_scim_provisioneduser" in line]
    assert all("entra_scim_linked" in line for line in of_links), of_links


def _indexes_alone(work):
    """Tell whether MariaDB reads of links what an index has, where it lists all of them.

    It takes ten times as long to read the row of each.
    """
    with CaptureQueriesContext(connection) as queries:
        work()
    [sql] = [one["sql"] for one in queries if _IS_LOCKED_OUT.search(one["sql"])]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql.replace('%', '%%')}")
        of_links = [row[-1] for row in cursor.fetchall() if row[2] == "U0"]
    assert of_links
    return all("Using index" in extra for extra in of_links)


def test_what_reads_everybody_is_noticed(directory):
    """Or the others would show nothing."""
    people = ProvisionedUser.objects.all()
    found, _result = faults(lambda: list(people.filter(search_text__contains="x")))

    assert found
