"""Answers, codes and keys of one person, browser or environment, used at another."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import BACKEND_SESSION_KEY, get_user_model
from django.test import Client
from django.urls import reverse

from entra_scim.models import ProvisionedUser
from entra_scim.oidc.backend import EntraBackend
from entra_scim.sign_in import sessions
from tests.conftest import client_of
from tests.support.shared import active as set_active
from tests.support.sign_in import Browser, activate, connect

pytestmark = pytest.mark.django_db


@pytest.fixture
def other_entra(several_environments, active, fabrikam, entra):
    """Fabrikam's, where the same person is provisioned under another name."""
    provider = entra.neighbour()
    provider.keys.roll_over()
    provider.keys.retire_old()
    connect(fabrikam, provider)
    activate(fabrikam)
    return provider


@pytest.fixture
def impostor(other_entra, fabrikam, entra):
    """Somebody of Fabrikam's directory, with the object ID of Ann at Contoso."""
    client_of(fabrikam).post(
        "/Users",
        {"userName": "eve@fabrikam.example", "externalId": entra.person.object_id},
    )
    other_entra.person.object_id = entra.person.object_id


def parameters(address):
    return {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}


def come_back(browser, code, state):
    return browser.client.get(
        reverse("entra_scim_oidc:callback"), {"code": code, "state": state}
    )


def test_a_code_of_one_environment_with_the_state_of_another(
    impostor, active, fabrikam, person, browser
):
    """It is redeemed where the state belongs, and is worth nothing there."""
    state = parameters(browser.start(active))["state"]
    code = parameters(browser.at_entra(browser.start(fabrikam)))["code"]

    assert come_back(browser, code, state).status_code == 400
    assert browser.user_id is None


def test_a_key_of_another_environment(
    impostor, active, fabrikam, person, browser, entra, other_entra
):
    """What Fabrikam's directory signs says nothing of Contoso's people."""
    Browser().sign_in(fabrikam)  # its keys are in the cache now
    entra.keys.forgery = other_entra.keys.honest

    assert browser.sign_in(active).status_code == 400
    assert browser.user_id is None


def test_a_token_of_another_environment(
    impostor, active, fabrikam, person, browser, entra, other_entra
):
    """Right in all, but of another tenant and for another client."""
    entra.keys.changed_claims = {
        "iss": other_entra.issuer,
        "aud": other_entra.client_id,
        "tid": other_entra.tenant_id,
    }

    assert browser.sign_in(active).status_code == 400
    assert browser.user_id is None


def test_the_same_object_id_is_somebody_else_elsewhere(
    impostor, active, fabrikam, person, browser
):
    browser.sign_in(fabrikam)

    assert browser.user_id not in (None, person.pk)


def test_a_code_that_was_used(active, person, browser):
    """With a state of one's own, it is still of another request."""
    code = parameters(browser.at_entra(browser.start()))["code"]
    thief = Browser()
    state = parameters(thief.start())["state"]

    assert come_back(thief, code, state).status_code == 400
    assert thief.user_id is None


@pytest.mark.parametrize("name", ["admin:login", "password-login"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_answer_at_another_page_that_signs_in(
    active, person, browser, entra, name, method
):
    """Only the callback redeems codes."""
    query = urlsplit(browser.at_entra(browser.start())).query
    entra.requests.clear()

    getattr(browser.client, method)(
        f"{reverse(name)}?{query}", {"username": "x", "password": "y"}
    )

    assert entra.requests == []
    assert browser.user_id is None


def test_a_password_session_does_not_live_on(contoso, person, entra, browser):
    """Somebody who was in by password before has a session of Entra's afterwards."""
    connect(contoso, entra)
    client: Client = browser.client
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    before = client.session.session_key
    activate(contoso)

    browser.sign_in()

    session = client.session
    assert session.session_key != before
    assert session[BACKEND_SESSION_KEY] == "entra_scim.oidc.backend.EntraBackend"
    assert session[sessions.ENTRA_SESSION]


BY_ITSELF = pytest.mark.parametrize(
    "find",
    [
        lambda key: EntraBackend().get_user(key),
        lambda key: async_to_sync(EntraBackend().aget_user)(key),
    ],
)


@BY_ITSELF
def test_the_backend_itself_knows_no_inactive_users(active, person, find):
    """Also without the middleware, as in code that asks for a session's user."""
    assert find(person.pk) == person

    person.is_active = False
    person.save()
    assert find(person.pk) is None

    person.is_active = True
    person.save()
    ProvisionedUser.objects.update(active=False)
    assert find(person.pk) is None
    assert find(0) is None


@BY_ITSELF
def test_the_backend_itself_knows_nobody_who_left_everywhere(
    scim, consultant, at_contoso, find
):
    """Though the product set the account active again, in a statement of its own."""
    assert find(consultant.pk) == consultant

    scim.patch(at_contoso, set_active("False"))
    get_user_model().objects.update(is_active=True)

    assert find(consultant.pk) is None
