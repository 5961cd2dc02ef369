"""What is asked for while Entra is down, or of what is there no more."""

from __future__ import annotations

import pytest
from django.urls import reverse

from entra_scim.sign_in import sessions
from tests.support.sign_in import activate, connect

pytestmark = pytest.mark.django_db


def sign_out_everywhere(browser):
    return browser.client.post(reverse("entra_scim_oidc:sign-out"), {"everywhere": "1"})


def test_signing_out_needs_no_entra(active, person, browser, settings):
    """Who came in with Entra is out here, whether Entra answers or not."""
    browser.sign_in()
    settings.ENTRA_SCIM_LOCAL_AUTHORITY = "http://127.0.0.1:9"

    response = sign_out_everywhere(browser)

    assert response["Location"].startswith("/")
    assert browser.user_id is None


def test_who_came_with_a_password_is_not_led_to_entra(active, person, admin, browser):
    """Nor by the session of somebody who signed in with Entra here before."""
    browser.sign_in()
    browser.client.force_login(admin)

    response = sign_out_everywhere(browser)

    assert response["Location"].startswith("/")
    assert browser.user_id is None


@pytest.mark.parametrize("environment", ["nothing", "999999", "9" * 40])
def test_a_logout_of_an_unknown_environment_ends_nothing(
    active, person, browser, environment
):
    """And tells nobody whether there is one."""
    browser.sign_in()
    path = reverse("entra_scim_oidc:front-channel-logout", args=[environment])

    response = browser.client.get(path, {"sid": "any"})

    assert (response.status_code, response.content) == (200, b"")
    assert browser.user_id == person.pk


@pytest.mark.parametrize(
    ("issuer", "ends"),
    [
        ("{url}/{tenant}/v2.0", True),
        ("{url}/00000000-0000-0000-0000-000000000000/v2.0", False),
        ("", False),
    ],
)
def test_the_issuer_of_a_logout(active, person, browser, entra, issuer, ends):
    """Entra names none; one that is named is the environment's own tenant."""
    entra.keys.changed_claims = {"sid": "s"}
    browser.sign_in()
    path = reverse("entra_scim_oidc:front-channel-logout", args=[str(active.pk)])
    named = issuer.format(url=entra.url, tenant=entra.tenant_id)

    assert browser.client.get(path, {"sid": "s", "iss": named}).status_code == 200

    assert (browser.user_id is None) == ends


def test_an_environment_that_is_deleted_meanwhile(active, person, browser):
    """The answer of Entra finds nothing, and signs nobody in."""
    address = browser.at_entra(browser.start())
    active.delete()

    response = browser.come_back(address)

    assert response.status_code == 400
    assert "not switched on" in response.content.decode()
    assert browser.user_id is None


def test_a_session_from_before_the_app_ends_with_the_activation(
    contoso, entra, bob, browser
):
    """Nothing is noted in it: what decides is looked up at its next request."""
    browser.client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    session = browser.client.session
    for name in (sessions.OPENED_AT, sessions.ENVIRONMENT):
        del session[name]
    session.save()
    assert browser.user_id == bob.pk

    connect(contoso, entra)
    activate(contoso)

    assert browser.user_id is None
