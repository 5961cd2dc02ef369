"""Whatever Graph answers, the page says what to do, and the next attempt completes."""

from __future__ import annotations

import pytest
from django.db import connection

from entra_emulator.graph.tokens import Permission
from entra_scim.connection import calls
from entra_scim.kit import automatic, graph
from entra_scim.kit.environments import wanted_of
from entra_scim.kit.plan import plan
from entra_scim.models import AccessKey, EntraSetUp
from tests.kit.graph import Stopped
from tests.support.factories import RoleFactory
from tests.support.kit_run import settled
from tests.support.step_up import age
from tests.support.tab import text_of

pytestmark = pytest.mark.django_db(transaction=True)


def sent_by(monkeypatch, fault):
    """Let a fault decide of each request to Graph, by its number."""
    sent = []
    call = calls.call

    def faulty(method, url, **values):
        number = len(sent)
        sent.append(f"{method} {url}")
        return fault(number, lambda: call(method, url, **values))

    monkeypatch.setattr(graph, "call", faulty)
    return sent


def error(status, retry_after=""):
    return calls.Answer(status, {"error": {"code": "x", "message": "no"}}, retry_after)


FAULTS = {
    "lost answer": lambda send: (
        send(),
        (_ for _ in ()).throw(calls.ProviderDown("x")),
    ),
    "too many": lambda send: error(429, "1"),
}


@pytest.mark.parametrize(
    ("kind", "number"),
    [("lost answer", 13), ("too many", 4)],
)
def test_the_next_attempt_completes(visit, local, roles, monkeypatch, kind, number):
    """One application and one job. tests/kit/both_ways has each request fail."""
    visit.sign_in()

    def fault(current, send):
        return FAULTS[kind](send) if current == number else send()

    sent_by(monkeypatch, fault)
    page = visit.run()
    if "Entra is set up" not in page:
        assert "Try again" in page
        page = visit.run()

    assert "Entra is set up" in page
    settled(local)
    assert visit.application in local.jobs


@pytest.mark.parametrize(
    "missing",
    [Permission.WRITE_APPLICATIONS, Permission.WRITE_SYNCHRONIZATION],
    ids=lambda permission: permission.value,
)
def test_a_missing_permission_is_named(visit, local, roles, monkeypatch, missing):
    monkeypatch.setattr(
        "entra_scim.oidc.set_up._SCOPES",
        " ".join(
            ["openid", "profile"]
            + [
                f"https://graph.microsoft.com/{one}"
                for one in automatic.PERMISSIONS
                if one != missing
            ]
        ),
    )
    visit.sign_in()

    page = visit.run()

    assert "Application Administrator" in page
    assert missing.value in page


def test_who_may_not_consent_gets_the_address(visit, local, roles, monkeypatch):
    """Of a page that somebody with more rights opens; all else is done."""
    visit.sign_in()

    def fault(current, send):
        return send()

    sent = sent_by(monkeypatch, fault)
    monkeypatch.setattr(
        graph,
        "call",
        lambda method, url, **values: (
            error(403)
            if "oauth2PermissionGrants" in url
            else (sent.append(url), calls.call(method, url, **values))[1]
        ),
    )

    page = visit.run()

    assert "Entra is set up" in page
    assert f"/{visit.tenant.id}/adminconsent?client_id=" in page
    settled(local)


def test_an_expired_sign_in_is_asked_for_again(visit, local, roles, client):
    visit.sign_in()
    visit.post(action="start")
    session = client.session
    kept = session["entra_scim_set_up"]
    session["entra_scim_set_up"] = kept | {"until": 0}
    session.save()

    assert "sign-in at Entra has expired" in visit.run_on()
    visit.sign_in()
    assert "Entra is set up" in visit.run()


def test_a_sign_in_that_graph_refuses_is_forgotten(visit, local, roles, monkeypatch):
    """The page leads to Entra again, and the run goes on from where it was."""
    visit.sign_in()
    sent_by(
        monkeypatch,
        lambda number, send: error(401) if number == 5 else send(),
    )

    page = visit.run()

    assert "sign-in at Entra has expired" in page
    assert "Sign in to Entra" in page
    visit.sign_in()
    assert "Entra is set up" in visit.run()
    settled(local)
    assert visit.application in local.jobs


def test_a_note_outlives_a_worker_that_dies(visit, local, roles, monkeypatch):
    """Where each request of the product is a transaction: there is one application."""
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    visit.sign_in()

    def fault(number, send):
        answer = send()
        if number == 1:
            raise Stopped
        return answer

    sent_by(monkeypatch, fault)
    with pytest.raises(Stopped):
        visit.run()

    assert EntraSetUp.objects.for_environment(visit.environment).get().notes
    assert "Entra is set up" in visit.run()
    settled(local)
    assert visit.application in local.jobs


def test_a_plan_that_cannot_be_made_is_said(visit, contoso):
    """Whatever is asked for; nothing is sent to Entra."""
    visit.sign_in()
    RoleFactory(environment=contoso, value="Prüfer")

    for action in ("start", "check", "undo_confirmed"):
        assert "Prüfer" in text_of(visit.post(action=action))
    assert len(visit.tenant.applications) == 1


def test_an_old_session_proves_who_it_is(visit, contoso):
    """What Entra granted is a way in for anyone who copies the cookie."""
    visit.sign_in()
    age(visit.client)

    page = text_of(visit.post(action="start"))

    assert "Enter your own password too. Nothing was changed." in page
    assert "entra_scim_set_up_run" not in visit.client.session
    visit.post(action="start", own_password="secret")
    assert "entra_scim_set_up_run" in visit.client.session


@pytest.mark.parametrize("is_readable", [True, False])
def test_a_key_that_was_not_saved_is_sent_again(
    visit, local, roles, monkeypatch, is_readable
):
    """Another one is created only where the product's keys have changed since."""
    visit.sign_in()
    sent = sent_by(
        monkeypatch,
        lambda number, send: (
            error(403) if sent[-1].startswith("PUT") and AGAIN not in sent else send()
        ),
    )
    assert "Try again" in visit.run()
    session = visit.client.session
    if not is_readable:
        session["entra_scim_set_up_key"] = "sealed by another key"
        session.save()
    sent.append(AGAIN)

    assert "Entra is set up" in visit.run()

    settled(local)
    assert AccessKey.objects.count() == (1 if is_readable else 2)


AGAIN = "again"


def test_an_application_of_that_name_is_not_taken(visit, local, roles):
    visit.sign_in()
    page = visit.post(action="check")
    assert page.status_code == 200
    made = plan(wanted_of(visit.environment, lambda path: f"http://{visit.host}{path}"))
    visit.tenant.add_application(made["name"])

    page = visit.run()

    assert "an application of this name already" in page
    assert local.jobs == {}
