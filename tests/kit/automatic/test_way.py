"""From the guide to people who arrive, without a script."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session

from entra_scim.connection import configuration, credentials
from entra_scim.kit import grants
from entra_scim.models import AccessKey, EntraSetUp, ProvisionedUser
from tests.support.factories import make_environment
from tests.support.kit_run import settled
from tests.support.tab import permissions, tab, text_of

pytestmark = pytest.mark.django_db(transaction=True)


def kept():
    return "".join(json.dumps(one.get_decoded()) for one in Session.objects.all())


def test_the_guide_offers_it_where_it_is_set_up(visit, contoso, settings):
    assert "Do it for me" in text_of(visit.get(tab(contoso, "guide/")))
    settings.ENTRA_SCIM_SETUP_CLIENT_ID = ""
    assert "Do it for me" not in text_of(visit.get(tab(contoso, "guide/")))
    assert "no set-up application" in text_of(visit.page())


def test_everything_is_set_up(visit, contoso, local, roles):
    """The plan is read first; in the end the connection works and no token is left."""
    page = text_of(visit.sign_in())
    assert "Creates the enterprise application" in page
    assert "You signed in as ines@contoso.example" in page
    assert "Viewer" in page
    assert len(visit.tenant.applications) == 1
    assert "eyJ" not in kept()

    page = visit.run()

    assert "Entra is set up" in page
    assert "11 of 11 steps" in page
    settled(local)
    application = visit.application
    saved = credentials.in_use(configuration.connection_of(contoso))
    assert str(saved.client_id) == application.client_id
    assert str(saved.tenant_id) == visit.tenant.id
    assert saved.client_secret == application.secrets[0].value
    assert saved.client_secret_expires_on is not None
    assert application.has_consent
    assert AccessKey.objects.count() == 1
    assert "entra_scim_set_up_key" not in kept()
    assert '"token"' not in kept()
    ann = visit.tenant.add_person("ann@contoso.example", "Ann Smith")
    role = next(r for r in application.app_roles if r.value == "Viewer")
    application.assign(ann, role)
    local.jobs[application].next_cycle()
    person = ProvisionedUser.objects.for_environment(contoso).get()
    assert person.user.groups.count() == 1


def test_a_second_time_changes_nothing(visit, contoso, local, roles):
    visit.sign_in()
    visit.run()
    settled(local)
    application = visit.application
    before = (len(application.secrets), local.connections[application].secret_token)

    page = text_of(visit.sign_in())
    assert f"Uses the application {application.client_id}" in page
    assert "No differences" in text_of(visit.post(action="check"))
    assert "Entra is set up" in visit.run()

    assert before == (
        len(application.secrets),
        local.connections[application].secret_token,
    )
    assert AccessKey.objects.count() == 1


def test_check_lists_what_differs(visit, local, roles):
    visit.sign_in()

    page = text_of(visit.post(action="check"))

    assert "Enterprise applications: make" in page
    assert len(visit.tenant.applications) == 1


def test_a_sign_in_can_be_discarded(visit, local):
    visit.sign_in()

    visit.post(action="discard")

    assert '"token"' not in kept()
    assert "Sign in to Entra" in text_of(visit.page())
    assert "Sign in to Entra first." in text_of(visit.post(action="start"))


def test_nobody_else_uses_the_answer(visit, contoso, local, client):
    """Neither of another environment, nor once more, nor a visitor who did not ask."""
    visit.sign_in()
    granted = client.session["entra_scim_set_up"]
    visit.get(visit.back)
    assert client.session["entra_scim_set_up"] == granted
    other = make_environment(name="Fabrikam")
    session = client.session
    session["entra_scim_set_up"] = granted | {"environment": str(other.pk)}
    session.save()
    assert grants.of(client.session, other) is None
    assert visit.get(f"/entra/set-up/{contoso.pk}/").status_code == 400


def test_who_may_only_look_starts_nothing(visit, contoso, local):
    user = get_user_model().objects.get(pk=visit.client.session["_auth_user_id"])
    user.is_superuser = False
    user.save()
    user.user_permissions.set(permissions("view"))

    response = visit.get(tab(contoso, "guide/automatic/sign-in/"))

    assert response["Location"] == tab(contoso, "guide/")
    assert visit.client.post(tab(contoso, "guide/automatic/")).status_code == 403


def test_two_administrators_take_turns(visit, contoso, local, roles):
    """While one runs, the page of the other says so and waits."""
    visit.sign_in()
    visit.post(action="start")
    rows = EntraSetUp.objects.for_environment(contoso)
    rows.update(holder="another", is_busy=True)

    page = visit.page()

    assert "Somebody else sets up this environment" in text_of(page)
    assert page["Refresh"] == "3"
    rows.update(held_until=None)
    assert "Entra is set up" in visit.run()
