"""Events are deleted by age, in batches."""

from __future__ import annotations

import datetime
import time
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from entra_scim.database import batches
from entra_scim.models import ProvisioningEvent
from entra_scim.models.event import ERASED
from entra_scim.sign_in import sign_ins
from entra_scim.story import events
from entra_scim.story.sentences import sentence_of
from entra_scim.text import comparison_keys

pytestmark = pytest.mark.django_db


def test_a_product_has_an_event_in_one_sentence(contoso):
    event = events.record(contoso, ProvisioningEvent.Kind.ROLE_CREATED, name="Viewer")

    assert event.summary == sentence_of(event) == "Viewer: role created"


def event_of(environment, days):
    """Make an event of some days ago."""
    event = events.record(environment, ProvisioningEvent.Kind.KEY_CREATED)
    at = timezone.now() - datetime.timedelta(days=days)
    ProvisioningEvent.objects.filter(pk=event.pk).update(at=at)
    return event


def test_prune_deletes_by_age(contoso, fabrikam):
    """Old ones of all environments go, young ones stay."""
    young = event_of(contoso, 9)
    event_of(contoso, 11)
    event_of(fabrikam, 11)
    output = StringIO()

    call_command("entra_prune_events", "--days", "10", stdout=output)

    assert list(ProvisioningEvent.objects.all()) == [young]
    assert output.getvalue() == "2 events deleted.\n"


def test_prune_gives_others_their_turn(contoso, monkeypatch):
    """Each batch is a transaction of its own, so that SQLite's writers need not wait."""
    monkeypatch.setattr(batches, "SIZE", 2)
    pauses = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    for _ in range(5):
        event_of(contoso, 11)
    young = event_of(contoso, 9)

    with CaptureQueriesContext(connection) as queries:
        call_command("entra_prune_events", "--days", "10", stdout=StringIO())

    assert list(ProvisioningEvent.objects.all()) == [young]
    deletions = [q for q in queries if "DELETE" in q["sql"] and "event" in q["sql"]]
    assert len(deletions) == 3
    # SQLite's writers look for a turn every 100 ms; others wait in a line.
    assert len(pauses) == (2 if connection.vendor == "sqlite" else 0)
    assert all(pause > 0.1 for pause in pauses)


class TestErasure:
    """Somebody's name and address go; that something happened stays."""

    @pytest.fixture
    def story(self, contoso, scim, roles):
        """Eve was refused, arrived, changed, was refused again, failed to sign in."""
        address = "eve@contoso.example"
        scim.post("/Users", {"userName": address, "active": "perhaps"})
        scim.post(
            "/Users",
            {
                "userName": "former@contoso.example",
                "externalId": "eve-1",
                "active": "no",
            },
        )
        sent = {"userName": address, "externalId": "eve-1", "displayName": "Eve Jones"}
        created = scim.post("/Users", sent)
        assert created.status_code == 201
        eve = f"/Users/{created.json()['id']}"
        scim.patch(eve, {"op": "Replace", "path": "title", "value": "Boss"})
        scim.patch(eve, {"op": "Replace", "path": "active", "value": "perhaps"})
        sign_ins.record_failure(contoso, "AADSTS50105", "", address)
        scim.post("/Users", {"userName": "max@contoso.example", "active": "perhaps"})
        return get_user_model().objects.get(email=address)

    def kept(self):
        return str(list(ProvisioningEvent.objects.values()))

    def check_erased(self, before):
        kept = self.kept()
        for text in ("eve@contoso", "Eve Jones", "former@contoso.example"):
            assert text not in kept
        for key in (
            comparison_keys.user_name_key("eve@contoso.example"),
            comparison_keys.digest("eve-1"),
        ):
            assert key not in kept
        assert "max@contoso.example" in kept
        assert ProvisioningEvent.objects.count() == before
        erased = ProvisioningEvent.objects.filter(name=ERASED)
        assert erased.count() == 6
        assert all(sentence_of(event).startswith("erased person: ") for event in erased)

    def test_with_the_account(self, contoso, story, settings):
        settings.ENTRA_SCIM_PROTECTION = []
        before = ProvisioningEvent.objects.count()

        story.delete()

        self.check_erased(before)

    def test_by_the_command(self, contoso, story):
        before = ProvisioningEvent.objects.count()
        output = StringIO()

        call_command(
            "entra_erase", str(contoso.pk), "Eve@Contoso.example", stdout=output
        )

        assert output.getvalue() == "6 events erased.\n"
        self.check_erased(before)
        story.refresh_from_db()
        assert story.is_active

    def test_who_never_had_an_account(self, contoso, scim):
        scim.post("/Users", {"userName": "eve@contoso.example", "active": "perhaps"})

        call_command(
            "entra_erase", str(contoso.pk), "eve@contoso.example", stdout=StringIO()
        )

        assert "eve@" not in self.kept()

    def test_not_from_another_environment(self, contoso, fabrikam, story):
        before = self.kept()

        call_command(
            "entra_erase", str(fabrikam.pk), "eve@contoso.example", stdout=StringIO()
        )

        assert self.kept() == before

    def test_needs_an_environment(self):
        with pytest.raises(CommandError):
            call_command("entra_erase", "nonsense", "eve@contoso.example")


def test_what_is_kept_is_bounded(contoso):
    event = events.record(
        contoso,
        ProvisioningEvent.Kind.UPDATED,
        name="x" * 9999,
        changes={"roles_added": ["y" * 9999] * 500, "people": 7},
    )

    event.refresh_from_db()
    assert len(event.name) == 300
    assert len(event.changes["roles_added"]) == 100
    assert len(event.changes["roles_added"][0]) == 300
    assert event.changes["people"] == 7


@pytest.mark.parametrize("days", ["-1", "99999999999999", "x"])
def test_prune_refuses_what_is_no_age(contoso, days):
    """And deletes nothing."""
    event_of(contoso, 900)

    with pytest.raises(CommandError):
        call_command("entra_prune_events", f"--days={days}")

    assert ProvisioningEvent.objects.count() == 1
