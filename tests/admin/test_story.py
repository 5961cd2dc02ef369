"""What happened, for an administrator to read."""

from __future__ import annotations

import csv
import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from entra_scim.connection import access_keys
from entra_scim.models import (
    ProvisioningEvent,
)
from entra_scim.people import erasure
from entra_scim.story import events
from entra_scim.story.sentences import sentence_of
from entra_scim.tab import events as tab_events
from tests.support.tab import provision, tab, text_of

pytestmark = pytest.mark.django_db


class TestEvents:
    def test_the_story_can_be_filtered(self, client, contoso, fabrikam, scim, admin):
        provision(scim, "eve", displayName="Eve")
        scim.post("/Users", {"userName": admin.email, "displayName": "Who Else"})
        old = ProvisioningEvent.objects.create(
            environment=contoso,
            kind=ProvisioningEvent.Kind.ROLE_CREATED,
            name="Oldest",
            at=timezone.now() - datetime.timedelta(days=9),
        )

        def found(**query):
            page = client.get(tab(contoso, "events/"), query)
            assert page.status_code == 200
            return {event.kind for event in page.context["found"]}

        week = str(timezone.localdate() - datetime.timedelta(days=7))
        assert old.kind in found()
        assert found(kind="refused") == {"refused"}
        assert found(person="eve@contoso") == {"created"}
        assert found(person="Oldest") == {"role_created"}
        assert found(person="who admin@contoso") == {"refused"}
        assert found(until=week) == {"role_created"}
        assert "role_created" not in found(since=week)
        assert found(reason="address_exempt") == {"refused"}
        assert found(since="nonsense") == found()
        for odd in ("0001-01-01", "9999-12-31"):
            assert found(since=odd) == found(until=odd) == found()
        assert found(person="\0") == found(reason="\0") == found()
        only = client.get(tab(contoso, "events/"), {"reason": "address_exempt"})
        assert "Only requests that were refused for the same reason." in text_of(only)
        text = text_of(client.get(tab(contoso, "events/"), {"kind": "refused"}))
        assert "Who Else (admin@contoso.example): refused" in text
        assert "Unassign the Admin" in text
        with translation.override("nl"):
            refusal = ProvisioningEvent.objects.get(kind="refused")
            assert "Verwijder de toewijzing van de Admin" in sentence_of(refusal)

    def test_who_did_it(self, client, contoso, admin, scim):
        """In the tab, that is; what Entra did has its key."""
        key, _secret = access_keys.create(contoso)
        client.post(tab(contoso, f"keys/{key.pk}/revoke/"))
        provision(scim, "eve")

        actors = dict(ProvisioningEvent.objects.values_list("kind", "actor"))

        assert actors["key_revoked"] == admin.get_username()
        assert actors["created"] == ""
        assert f"By: {admin.get_username()}" in text_of(
            client.get(tab(contoso, "events/"), {"kind": "key_revoked"})
        )
        erasure.erase_user(admin)
        assert "By: erased person" in text_of(
            client.get(tab(contoso, "events/"), {"kind": "key_revoked"})
        )
        assert admin.get_username() not in ProvisioningEvent.objects.values_list(
            "actor", flat=True
        )

    def test_days_people_and_counts(self, client, contoso, fabrikam, scim):
        """Each day has a heading, each person of this environment a link."""
        eve = provision(scim, "eve", displayName="Eve")
        before = timezone.now() - datetime.timedelta(days=1)
        foreign = ProvisioningEvent.objects.create(
            environment=fabrikam, kind="created", name="Carol"
        )
        for number in range(2):
            ProvisioningEvent.objects.create(
                environment=contoso, kind="role_created", name=f"R{number}", at=before
            )

        page = client.get(tab(contoso, "events/"))

        text = text_of(page)
        assert text.index("Today, ") < text.index("Eve :") < text.index("Yesterday, ")
        assert f'href="{tab(contoso, f"people/{eve.pk}/")}">Eve</a>' in (
            page.content.decode()
        )
        assert "role created (2)" in text
        assert "role deleted" not in text
        assert foreign.name not in text
        assert "By: Microsoft Entra, with the access key entra_scim_" in text
        chosen = text_of(client.get(tab(contoso, "events/"), {"kind": "released"}))
        assert "deleted in Entra, now inactive here (0)" in chosen
        assert "role created (2)" in chosen

    @pytest.mark.parametrize("name", ["=1+1", "\uff1d1+1", "\uff20SUM(1)"])
    def test_the_story_as_a_file(self, client, contoso, fabrikam, name):
        """What the filter shows, with nothing that a spreadsheet would run."""
        for environment, person in ((contoso, name), (fabrikam, "Carol")):
            ProvisioningEvent.objects.create(
                environment=environment, kind="created", name=person
            )
        ProvisioningEvent.objects.create(environment=contoso, kind="linked", name="Ann")

        file = client.get(tab(contoso, "events/events.csv"), {"kind": "created"})

        assert file["Content-Type"].startswith("text/csv")
        [head, line] = file.content.decode("utf-8-sig").splitlines()
        assert f"'{name}: account created" in line
        assert len(next(csv.reader([head]))) == 6

    def test_what_cannot_be_understood_names_the_mapping(self, client, contoso, scim):
        """Whatever attribute it is."""
        scim.post("/Users", {"userName": "eve@contoso.example", "active": "perhaps"})

        text = text_of(client.get(tab(contoso, "events/")))
        assert "active must be true or false. Check its mapping in Entra" in text
        scim.post("/Users", {"userName": "x" * 300})
        text = text_of(client.get(tab(contoso, "events/")))
        assert "characters allowed here. Shorten the value in Entra." in text

    @pytest.mark.parametrize("few", [1, 1000])
    def test_names_are_searched_among_the_newest_events(
        self, client, contoso, scim, monkeypatch, few
    ):
        """Events of people from Entra are found however old they are."""
        monkeypatch.setattr(tab_events, "_FEW_EVENTS", few)
        provision(scim, "eve", displayName="Eve")
        for number in range(3):
            events.record(
                contoso, ProvisioningEvent.Kind.ROLE_CREATED, name=f"Eve{number}"
            )
        monkeypatch.setattr(tab_events, "NAMED_EVENTS", 2)

        page = client.get(tab(contoso, "events/"), {"person": "eve"})

        assert [event.name for event in page.context["found"]] == [
            "Eve2",
            "Eve1",
            "Eve",
        ]

    def test_a_name_is_looked_for_once(self, client, contoso, scim):
        """Each time, thousands of events are read."""
        provision(scim, "eve", displayName="Eve")

        with CaptureQueriesContext(connection) as queries:
            page = client.get(tab(contoso, "events/"), {"person": "eve", "kind": ""})

        searches = [query for query in queries if "%eve%" in query["sql"].lower()]
        assert len(searches) == 1
        assert [event.name for event in page.context["found"]] == ["Eve"]
