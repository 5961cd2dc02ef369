"""What a browser or a mail scanner fetches ahead of a click uses nothing up."""

from __future__ import annotations

import copy
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db

HEADERS = [
    {"sec-purpose": "prefetch;prerender"},
    {"sec-purpose": "prefetch;anonymous-client-ip"},
    {"purpose": "prefetch"},
    {"x-purpose": "preview"},
    {"x-moz": "prefetch"},
]


def path_of(address):
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


@pytest.mark.parametrize("headers", HEADERS)
def test_an_answer(active, person, browser, entra, headers):
    path = path_of(browser.at_entra(browser.start()))
    ahead = Client()
    ahead.cookies = copy.deepcopy(browser.client.cookies)
    entra.requests.clear()

    assert ahead.get(path, headers=headers).status_code == 503
    assert ahead.head(path).status_code == 405

    assert entra.requests == []
    assert browser.client.get(path).status_code == 302
    assert browser.user_id == person.pk


def test_the_start_of_a_sign_in(active, browser, entra, caplog):
    answer = browser.client.get(
        reverse("entra_scim_oidc:sign-in"), headers={"sec-purpose": "prefetch"}
    )

    assert answer.status_code == 503
    # An error would be mailed to the product's own staff, at anybody's wish.
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert entra.requests == []
    assert not browser.client.cookies


@pytest.mark.parametrize("headers", HEADERS[:1])
def test_a_new_access_key(contoso, admin, browser, headers):
    """It is shown once only."""
    client = browser.client
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    keys = f"{reverse('admin:entra_tab:set_up', args=[contoso.pk])}keys/"
    shown = client.post(keys, {"own_password": "secret"})["Location"]

    assert client.get(shown, headers=headers).status_code == 503
    assert client.head(shown).status_code == 405

    assert "entra_scim_" in client.get(shown).content.decode()


def test_consent_in_entra_s_portal_leads_on(active, person, browser, settings):
    """An administrator comes back from there without having signed in here."""
    consent = {"admin_consent": "True", "tenant": "x", "state": "12345"}
    callback = reverse("entra_scim_oidc:callback")
    settings.LOGIN_URL, settings.LOGIN_REDIRECT_URL = "/password/", "/who/"

    assert browser.client.get(callback, consent)["Location"] == "/password/"
    browser.sign_in()
    assert browser.client.get(callback, consent)["Location"] == "/who/"

    declined = {**consent, "error": "access_denied", "error_description": "x"}
    assert "cancelled" in browser.client.get(callback, declined).content.decode()


def test_tabs_that_begin_at_the_same_time(active, person, browser):
    """None has seen what the others were given."""
    answers = []
    for number in range(10):
        tab = type(browser)()
        answers.append(tab.at_entra(tab.start(next=f"/{number}")))
        browser.client.cookies.update(tab.client.cookies)

    back = [browser.come_back(answer)["Location"] for answer in answers]

    assert back == [f"/{number}" for number in range(10)]
