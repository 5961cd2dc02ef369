"""Provisioning that an environment's administrators have paused."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from entra_scim.connection import access_keys, configuration, pausing
from entra_scim.models import (
    AccessKey,
    EntraConnection,
    ProvisionedUser,
    ProvisioningEvent,
)
from tests.conftest import client_of
from tests.support.declared import Console, refused
from tests.support.resources import create
from tests.support.step_up import age
from tests.support.tab import (  # noqa: F401
    administrator,
    client,
    client_for,
    permissions,
    tab,
    text_of,
)

pytestmark = pytest.mark.django_db

LEAVE = {"op": "Replace", "path": "active", "value": "False"}


@pytest.fixture
def console(contoso, monkeypatch):
    return Console(contoso, monkeypatch)


def kinds(environment):
    """Return the kinds of events that pausing leaves, the oldest first."""
    events = ProvisioningEvent.objects.for_environment(environment)
    found = events.filter(kind__in=["paused", "resumed"]).order_by("pk")
    return [(event.kind, event.actor) for event in found]


class TestEndpoint:
    def test_everything_is_told_to_come_back(self, scim, console):
        console.run("pause")

        for response in (
            scim.get("/Users"),
            scim.get('/Users?filter=userName eq "nobody"'),
            scim.get("/Groups"),
            scim.get("/Schemas"),
            scim.post("/Users", {"userName": "x"}),
            scim.delete(f"/Users/{uuid.uuid4()}"),
        ):
            assert response.status_code == 503
            assert int(response["Retry-After"]) > 0
            assert "is paused" in response.json()["detail"]
        assert not ProvisionedUser.objects.exists()

    def test_a_deactivation_is_only_late(self, scim, console):
        """Nothing of it is done while paused; Entra's next attempt does it."""
        person = create(scim, "eve").json()["id"]
        console.run("pause")
        assert scim.patch(f"/Users/{person}", LEAVE).status_code == 503
        assert ProvisionedUser.objects.get(pk=person).active

        console.run("resume")

        assert scim.patch(f"/Users/{person}", LEAVE).status_code == 200
        assert not ProvisionedUser.objects.get(pk=person).active

    def test_others_go_on(self, scim, foreign_scim, console, fabrikam):
        """Neither of the two environments' pauses is the other's."""
        configuration.lock(EntraConnection(environment=fabrikam))
        console.run("pause")

        assert scim.get("/Users").status_code == 503
        assert create(foreign_scim, "eve").status_code == 201

        pausing.pause(configuration.connection_of(fabrikam))
        console.run("resume")

        assert scim.get("/Users").status_code == 200
        assert foreign_scim.get("/Users").status_code == 503
        assert kinds(fabrikam) == [("paused", "")]

    def test_a_bad_key_learns_nothing(self, contoso, console):
        console.run("pause")
        scim = client_of(contoso)
        access_keys.revoke(AccessKey.objects.for_environment(contoso).get())

        assert scim.get("/Users").status_code == 401

    def test_it_is_read_with_the_key(self, scim, contoso):
        """A connection costs no request a statement more."""
        scim.get("/Users")
        for _ in range(2):
            with CaptureQueriesContext(database) as queries:
                scim.get('/Users?filter=userName eq "nobody"')
            selects = [q for q in queries if q["sql"].startswith("SELECT")]
            assert len(selects) == 1
            configuration.lock(EntraConnection(environment=contoso))


class TestCommand:
    def test_it_says_what_changed(self, console, contoso):
        """And the second time, nothing changes."""
        assert console.show()["state"]["paused"] is False

        assert console.run("pause") == (0, {"changed": ["state.paused"]})
        since = configuration.connection_of(contoso).paused_at
        assert console.run("pause") == (0, {"changed": []})

        assert configuration.connection_of(contoso).paused_at == since
        state = console.show()["state"]
        assert (state["paused"], state["accepts_provisioning"]) == (True, False)
        assert console.run("resume") == (0, {"changed": ["state.paused"]})
        assert console.run("resume") == (0, {"changed": []})
        state = console.show()["state"]
        assert (state["paused"], state["accepts_provisioning"]) == (False, True)
        assert kinds(contoso) == [("paused", ""), ("resumed", "")]

    def test_a_document_does_not_resume(self, console):
        document = console.show()
        console.run("pause")

        assert console.apply(document) == []
        assert console.show()["state"]["paused"] is True

    @pytest.mark.parametrize("action", ["pause", "resume"])
    def test_an_unknown_environment(self, console, contoso, action):
        console.environment = type(contoso)(pk=987654321)

        assert "987654321" in refused(lambda: console.run(action))


class TestTab:
    def test_it_is_asked_done_and_told(self, client, contoso, scim, admin):  # noqa: F811
        create(scim, "eve")
        page = client.get(tab(contoso))
        assert tab(contoso, "pause/") in page.content.decode()
        assert "People who leave keep their access" in text_of(
            client.get(tab(contoso, "pause/"))
        )
        assert scim.get("/Users").status_code == 200

        told = client.post(tab(contoso, "pause/"), follow=True)

        assert scim.get("/Users").status_code == 503
        assert "paused" in [f.code for f in told.context["findings"]]
        text = text_of(told)
        assert ", provisioning is paused." in text
        assert f"Paused by {admin}." in text
        assert "it is told to come back later" in text
        assert tab(contoso, "resume/") in told.content.decode()
        for path in ("people/", "events/", "sign-in/", "guide/", "later/"):
            assert "Provisioning paused since" in text_of(
                client.get(tab(contoso, path))
            )

        assert "next cycle" in text_of(client.get(tab(contoso, "resume/")))
        told = client.post(tab(contoso, "resume/"), follow=True)

        assert scim.get("/Users").status_code == 200
        assert "paused" not in [f.code for f in told.context["findings"]]
        assert "paused since" not in text_of(told)
        who = admin.get_username()
        assert kinds(contoso) == [("paused", who), ("resumed", who)]

    def test_who_deletes_their_account_resumes_nothing(self, client, contoso, admin):  # noqa: F811
        client.post(tab(contoso, "pause/"))
        admin.delete()

        assert configuration.connection_of(contoso).paused_at
        assert configuration.connection_of(contoso).paused_by is None

    @pytest.mark.parametrize("path", ["pause/", "resume/"])
    def test_an_old_session_proves_who_it_is(self, client, contoso, path):  # noqa: F811
        """A copied cookie neither keeps leavers in nor lets Entra back in."""
        if path == "resume/":
            pausing.pause(configuration.connection_of(contoso))
        before = kinds(contoso)
        age(client)

        assert "Your own password" in text_of(client.get(tab(contoso, path)))
        client.post(tab(contoso, path), {"own_password": "wrong"})
        assert kinds(contoso) == before

        client.post(tab(contoso, path), {"own_password": "secret"})
        assert len(kinds(contoso)) == len(before) + 1

    def test_strangers_pause_nothing(self, administrator, contoso, fabrikam):  # noqa: F811
        """Nor resume: another customer's environment is not there for them."""
        pausing.pause(configuration.connection_of(fabrikam))

        for path in ("pause/", "resume/"):
            for ask in (administrator.get, administrator.post):
                assert ask(tab(fabrikam, path)).status_code in {302, 403, 404}

        assert kinds(fabrikam) == [("paused", "")]
        assert configuration.connection_of(fabrikam).paused_at

    def test_who_may_only_look_pauses_nothing(self, contoso, admin):
        admin.is_superuser = False
        admin.save()
        admin.user_permissions.set(permissions("view"))
        visitor = client_for(admin)

        assert tab(contoso, "pause/") not in visitor.get(tab(contoso)).content.decode()
        for path in ("pause/", "resume/"):
            assert visitor.post(tab(contoso, path)).status_code == 403
        assert kinds(contoso) == []
