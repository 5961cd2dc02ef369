"""That nothing reads all people of a directory to find a few of them.

Each statement of Entra's requests, of a sign-in and of the tab is explained by the
database, whatever module it is from.
"""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from entra_scim.activation import shut_out
from entra_scim.diagnosis import headcount
from entra_scim.models import (
    AccessKey,
    EntraConnection,
    EntraSession,
    EnvironmentRole,
    ProvisionedUser,
    ProvisioningEvent,
    ReleasedUser,
    RoleAssignment,
)
from entra_scim.people import search
from entra_scim.sign_in import sign_ins
from tests.support.factories import RoleFactory, UserFactory
from tests.support.plans import faults, plan_of
from tests.support.population import analyse, body, fill
from tests.support.sign_in import Browser, activate, connect
from tests.support.tab import client_for, every_url, guide_link, tab

pytestmark = pytest.mark.django_db

PEOPLE = 300
ADDRESS = "person7@contoso.example"
_IS_STAFF = re.compile(r"\bis_staff\b.?(?: = \S+)? AND ")
_HAS_NO_LINK = re.compile(r" LIMIT 1022$|NOT \(?EXISTS.* LIMIT 1001$", re.DOTALL)
_INDEX_ALONE = {
    "mysql": "Using index",
    "sqlite": "COVERING INDEX",
}


@pytest.fixture
def directory(contoso, scim):
    """Many people with a role and an event, and a key that has been used just now.

    Nobody had an account before: SQLite counts one value in the index of former names.
    """
    viewer = RoleFactory(environment=contoso, value="Viewer")
    RoleFactory(environment=contoso, value="Uploader")
    fill(contoso, PEOPLE)
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


@pytest.fixture
def administered(directory, admin, monkeypatch):
    """The directory to somebody who may see all of its tab, with what grows beside it."""
    monkeypatch.setattr(headcount, "EXACT", 100)
    EntraConnection.objects.create(environment=directory)
    EntraSession.objects.bulk_create(
        EntraSession(environment=directory, user_id=one.user_id)
        for one in ProvisionedUser.objects.all()
    )
    sign_ins.record_failure(directory, "AADSTS7000222", "Expired", "Ann")
    analyse()
    return client_for(admin)


def test_the_lists_of_the_tab(directory, administered):
    """Counts and lists stop at a bound, or have an index for what they look for."""
    pages = (
        *("events/?kind=refused", "events/?kind=roles", "events/?sort=at"),
        *("events/?person=person+7", "people/?p=3", "people/?q=person+7"),
        *("people/?q=person", "people/?q=zzz", "?roles=-people"),
        *("people/?status=inactive", "people/?status=no_sign_in"),
        *("people/?status=waiting", "people/?sort=-name", "people/?sort=changed"),
        *("people/?status=inactive&sort=-changed", "people/local/?sort=-account"),
        "people/local/?q=zzz",
    )
    for page in pages:
        found, response = _faults_of_a_page(administered, tab(directory, page))
        assert found == [], page
        assert response.status_code == 200


def test_every_page_of_the_tab(directory, administered):
    """And the guide that somebody without an account reads."""
    person = ProvisionedUser.objects.get(attributes__userName=ADDRESS)
    former = ReleasedUser.objects.create(
        environment=directory,
        user=UserFactory(email="former@contoso.example"),
        released_at=timezone.now(),
    )
    key = AccessKey.objects.for_environment(directory).first()
    role = EnvironmentRole.objects.for_environment(directory).first()
    shared = guide_link(administered, tab(directory, "guide/"))
    ids = {
        **{"person_id": person.pk, "released_id": former.pk, "key_id": key.pk},
        **{"role_id": role.pk, "link_id": shared.link.pk},
    }
    for url in [*every_url(directory, ids), shared.url]:
        found, response = _faults_of_a_page(administered, url)
        assert found == [], url
        assert response.status_code in (200, 302, 405), url
    schema = {"schema": "no schema"}
    found, _response = faults(
        lambda: administered.post(tab(directory, "guide/schema/"), schema)
    )
    assert found == []


def _faults_of_a_page(client, url):
    found, response = faults(lambda: client.get(url))
    # Who administers an environment, the product's policy finds as it likes. Who is
    # locked out has a test of its own.
    allowed = (_IS_STAFF, _HAS_NO_LINK)
    return [
        (line, sql)
        for line, sql in found
        if not any(one.search(sql) for one in allowed)
    ], response


def test_names_of_a_few_are_looked_up_by_who_they_are(directory, monkeypatch):
    """Not among all that begin as a word does which nearly everybody's name has."""
    monkeypatch.setattr(search, "MOST", 20)

    found, people = faults(lambda: search.people(directory, "person 7"))

    assert found == []
    assert len(people) == 11


@pytest.mark.skipif(
    connection.vendor == "postgresql", reason="Of so few, it weighs several indexes."
)
def test_who_has_no_link(directory, administered):
    """Of the links, an index alone is read: nothing tells who has none but each link.

    It takes several times as long to read the row of each.
    """
    local_people = tab(directory, "people/local/")
    works = {
        "locked out": lambda: shut_out.by_activation(directory),
        "without an Entra account": lambda: administered.get(local_people),
    }
    for name, work in works.items():
        with CaptureQueriesContext(connection) as queries:
            work()
        [sql] = [one["sql"] for one in queries if "NOT EXISTS" in one["sql"]]
        plan = plan_of(sql)
        ways = _ways_to_links(plan)
        assert ways, plan
        assert all(_INDEX_ALONE[connection.vendor] in way for way in ways), (name, ways)


def _ways_to_links(plan):
    if connection.vendor == "mysql":
        return [extra for _id, _kind, table, *_, extra in plan if table == "U0"]
    of_links = re.compile(r"(scan|search)\b.* u0\b", re.IGNORECASE)
    return [line for *_, line in plan if of_links.search(line)]


def test_what_reads_everybody_is_noticed(directory):
    """Or the others would show nothing."""
    people = ProvisionedUser.objects.all()
    found, _result = faults(lambda: list(people.filter(search_text__contains="x")))

    assert found
