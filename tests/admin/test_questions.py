"""What administrators ask is answered where a link in their words leads to."""

from __future__ import annotations

import html
import re

import pytest

from entra_scim.connection import access_keys
from entra_scim.models import AccessKey
from entra_scim.sign_in import sign_ins
from tests.support.factories import RoleFactory, UserFactory
from tests.support.tab import OBJECT_ID, ROLE, provision, saved, tab, text_of

pytestmark = pytest.mark.django_db

ANSWERS = (
    ("Why does somebody have no access?", "No access: deactivated in Entra"),
    ("Why is somebody refused in each cycle?", "shorten the value in entra. (2 times)"),
    ("Who is not from Entra?", "lee@contoso.example"),
    (
        "Who loses access when you activate Entra sign-in?",
        "could not sign in any more:",
    ),
    ("Did the last cycle finish?", "and some of what it sent is refused."),
    ("Which access key does Entra use?", "Entra uses this key"),
    (
        "Who changed a role?",
        "Viewer: role changed; formerly Watcher; people concerned: 0 By: admin",
    ),
    ("What if an app role was renamed?", "If you renamed an app role in Entra"),
    ("Which sign-ins have failed?", "Ann Smith: sign-in failed: AADSTS50105"),
    ("What expires next?", "Date What Action"),
)
"""The link on the first page, and what the page behind it says."""


@pytest.fixture
def full_of_questions(client, contoso, scim):
    """An environment that Entra has worked on, with something of everything."""
    client.post(tab(contoso, "connection/"), saved())
    watcher = RoleFactory(environment=contoso, value="Watcher")
    client.post(
        tab(contoso, f"roles/{watcher.pk}/"),
        {"value": "Viewer", "group": watcher.group_id},
    )
    provision(scim, "ann", displayName="Ann Smith", externalId=OBJECT_ID, active=False)
    provision(scim, "eve", active=True, roles=[{**ROLE, "value": "Editor"}])
    for _cycle in range(2):
        scim.post("/Users", {"userName": "bob" * 100})
    UserFactory(email="lee@contoso.example", environment=contoso)
    access_keys.create(contoso)
    sign_ins.record_failure(contoso, "AADSTS50105", "Not assigned.", "Ann Smith")


def links_of(response):
    """Return the addresses of a page's links, by the words that are seen."""
    found = re.findall(
        r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', response.content.decode()
    )
    return {
        " ".join(re.sub(r"<[^>]+>", " ", words).split()): html.unescape(address)
        for address, words in found
    }


def test_ten_questions(client, contoso, full_of_questions):
    """One click from the first page, and the answer is in sight."""
    first = client.get(tab(contoso))
    links = links_of(first)

    unanswered = []
    for question, answer in ANSWERS:
        text = text_of(client.get(links[question]))
        anchor = links[question].partition("#")[2]
        page = client.get(links[question]).content.decode()
        if answer.lower() not in text.lower().replace(" : ", ": "):
            unanswered.append((question, text))
        assert f'id="{anchor}"' in page or not anchor, question
    assert unanswered == []


def test_nothing_is_asked_before_entra_has_come(client, contoso):
    """The set-up is what matters then."""
    assert "Find an answer" not in text_of(client.get(tab(contoso)))


def test_a_person_who_is_not_found_may_be_elsewhere(client, contoso, full_of_questions):
    """Among refused requests, or people who are not from Entra."""
    nobody = client.get(tab(contoso, "people/"), {"status": "inactive", "q": "lee"})
    links = links_of(nobody)

    local = client.get(links["Look among people without an Entra account"])
    assert "lee@contoso.example" in text_of(local)
    assert (
        client.get(links["Look among refused requests"])
        .context["form"]["person"]
        .value()
        == "lee"
    )


def test_an_active_person_who_cannot_sign_in(client, contoso, scim):
    """Without an object ID, Entra's sign-in finds nobody."""
    sees = "This person cannot sign in with Microsoft Entra."
    eve = provision(scim, "eve", active=True, externalId="eve")
    max = provision(scim, "max", active=True, externalId=OBJECT_ID)

    assert sees in text_of(client.get(tab(contoso, f"people/{eve.pk}/")))
    assert sees not in text_of(client.get(tab(contoso, f"people/{max.pk}/")))


def test_which_key_entra_uses(client, contoso, scim):
    """The last that it came with, whichever is the newest."""
    scim.get("/Users", {"count": 0})
    used = AccessKey.objects.get()
    access_keys.create(contoso)

    page = client.get(tab(contoso))
    assert page.context["key_in_use"] == used
    assert text_of(page).count("Entra uses this key") == 1


def test_a_revoked_key_is_not_in_use(client, contoso, scim):
    """Nor did the last cycle go well, if Entra could not come for it."""
    scim.get("/Users", {"count": 0})
    access_keys.revoke(AccessKey.objects.get())

    page = text_of(client.get(tab(contoso)))

    assert "Entra uses this key" not in page
    assert "It cannot now: no access key here is valid." in page
    assert "nothing that it sent is refused" not in page


def test_who_changed_a_role(client, contoso, admin):
    """Created, changed and deleted together, and from the page of the role."""
    client.post(tab(contoso, "roles/"), {"role-value": "Viewer"})
    client.post(tab(contoso, "roles/"), {"role-value": "Auditor"})
    page = client.get(tab(contoso))
    role = next(row[0] for row in page.context["roles"] if row[0].value == "Auditor")
    client.post(
        tab(contoso, f"roles/{role.pk}/"),
        {"value": "Controller", "group": role.group_id},
    )
    everything = client.get(tab(contoso, "events/"), {"kind": "roles"})
    link = links_of(client.get(tab(contoso, f"roles/{role.pk}/")))[
        "Who changed this role"
    ]

    assert [event.kind for event in everything.context["found"]] == [
        "role_changed",
        "role_created",
        "role_created",
    ]
    assert "role created, changed or deleted (3)" in text_of(everything)
    [event] = client.get(link).context["found"]
    assert (event.name, event.actor) == ("Controller", admin.get_username())


class TestSorting:
    def test_people(self, client, contoso, scim):
        for name in ("eve", "ann", "max"):
            provision(scim, name)

        def names(**query):
            page = client.get(tab(contoso, "people/"), query)
            return [
                person.user.get_username()[:3] for person in page.context["found"]
            ], page

        found, page = names()
        assert found == ["ann", "eve", "max"]
        assert page.content.decode().count('aria-sort="ascending"') == 1
        assert names(sort="-name")[0] == ["max", "eve", "ann"]
        assert names(sort="-changed")[0] == ["max", "ann", "eve"]
        assert names(sort="changed")[0] == ["eve", "ann", "max"]
        assert names(sort="user__password")[0] == names(sort="\0")[0] == found

    def test_a_click_keeps_the_filter_and_a_filter_the_order(
        self, client, contoso, scim
    ):
        provision(scim, "eve", displayName="Eve")
        page = client.get(
            tab(contoso, "people/"), {"q": "eve", "sort": "-changed", "p": "1"}
        )

        links = links_of(page)
        assert links["Name"] == "?q=eve&sort=name"
        assert links["Last change ↓"] == "?q=eve&sort=changed"
        assert '<input type="hidden" name="sort" value="-changed">' in (
            page.content.decode()
        )

    def test_people_without_an_entra_account(self, client, contoso):
        for name in ("ann", "max"):
            UserFactory(email=f"{name}@contoso.example", environment=contoso)

        def names(**query):
            rows = client.get(tab(contoso, "people/local/"), query).context["rows"]
            return [row[1] for row in rows if row[1].endswith("@contoso.example")]

        assert names(sort="-account") == names()[::-1] != names()

    def test_events(self, client, contoso, scim):
        provision(scim, "ann")
        provision(scim, "eve")
        page = client.get(tab(contoso, "events/"), {"kind": "created"})

        oldest = client.get(
            tab(contoso, "events/") + links_of(page)["Show the oldest first"]
        )

        newest = [event.pk for event in page.context["found"]]
        assert [event.pk for event in oldest.context["found"]] == newest[::-1]
        assert len(newest) == 2

    def test_roles(self, client, contoso, scim):
        """By how many people have them, for instance."""
        for value in ("Auditor", "Viewer"):
            RoleFactory(environment=contoso, value=value)
        provision(scim, "eve", active=True, roles=[{**ROLE, "value": "Viewer"}])

        def names(wanted):
            page = client.get(tab(contoso), {"roles": wanted})
            assert page.context["stages"]["roles"].is_open
            return [row[0].value for row in page.context["roles"]]

        assert names("name") == names("people") == ["Auditor", "Viewer"]
        assert names("-name") == names("-people") == ["Viewer", "Auditor"]
        assert names("grants") == names("-grants")[::-1]
