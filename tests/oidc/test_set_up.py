"""A sign-in at Entra that is to set it up, and does not come to its end."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from tests.support.factories import UserFactory
from tests.support.sign_in import Browser
from tests.support.tab import administrator, client, client_for, tab  # noqa: F401

pytestmark = pytest.mark.django_db

GRANTED = "entra_scim_set_up"
CANCELLED = {"error": "access_denied", "error_subcode": "cancel"}
NOT_ALLOWED = {"error": "access_denied", "error_description": "AADSTS50105: x"}


@pytest.fixture
def browser(client, connected, entra, settings):  # noqa: F811
    """Of an administrator of Contoso, whose product has a set-up application."""
    settings.ENTRA_SCIM_SETUP_CLIENT_ID = entra.client_id
    settings.ENTRA_SCIM_SETUP_CLIENT_SECRET = entra.secret
    browser = Browser()
    browser.client = client
    return browser


def begun(browser, environment):
    """Return the address at Entra that the tab leads to."""
    beginning = browser.client.get(tab(environment, "guide/automatic/sign-in/"))
    return browser.client.get(beginning["Location"])["Location"]


def refused(browser, response, status=400):
    """Return what the page says, and see to it that nothing was granted."""
    assert response.status_code == status
    assert GRANTED not in browser.client.session
    return response.content.decode()


def test_a_sign_in_grants_something(browser, contoso):
    response = browser.come_back(browser.at_entra(begun(browser, contoso)))

    assert response["Location"] == tab(contoso, "guide/automatic/")
    assert GRANTED in browser.client.session


def test_a_product_that_offers_it_no_more(browser, contoso, settings):
    beginning = browser.client.get(tab(contoso, "guide/automatic/sign-in/"))
    settings.ENTRA_SCIM_SETUP_CLIENT_ID = ""

    refused(browser, browser.client.get(beginning["Location"]))


@pytest.mark.parametrize("error", [CANCELLED, NOT_ALLOWED], ids=["cancel", "refused"])
def test_what_entra_answers_is_said(browser, contoso, entra, error):
    entra.authorize_error = error

    page = refused(
        browser, browser.come_back(browser.at_entra(begun(browser, contoso)))
    )

    assert ("AADSTS50105" in page) == ("error_description" in error)


def test_an_answer_is_of_the_administrator_who_asked(browser, contoso):
    """Somebody else has signed in in the same browser since."""
    back = browser.at_entra(begun(browser, contoso))
    other = UserFactory(email="other@contoso.example", is_staff=True, is_superuser=True)
    browser.client.force_login(other)

    refused(browser, browser.come_back(back))


def test_an_answer_that_comes_too_late(browser, contoso, clock):
    back = browser.at_entra(begun(browser, contoso))
    clock.skip(minutes=16)

    assert "expired" in refused(browser, browser.come_back(back))


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((500, "out of order"), 503),
        ((400, json.dumps({"error": "invalid_client"})), 400),
        ((200, json.dumps({"access_token": "a", "id_token": "no token"})), 400),
    ],
    ids=["down", "refused", "no-token"],
)
def test_an_answer_of_the_token_endpoint_that_is_not_a_grant(
    browser, contoso, entra, answer, status
):
    back = browser.at_entra(begun(browser, contoso))
    entra.raw_answers["/token"] = answer

    refused(browser, browser.come_back(back), status)


def test_a_token_of_another_request(browser, contoso, entra):
    back = browser.at_entra(begun(browser, contoso))
    entra.keys.changed_claims = {"nonce": "another"}

    refused(browser, browser.come_back(back))


def test_an_id_token_alone_grants_nothing(browser, contoso, entra):
    address = begun(browser, contoso)
    (nonce,) = parse_qs(urlsplit(address).query)["nonce"]
    back = browser.at_entra(address)
    token = jwt.encode({"aud": entra.client_id, "nonce": nonce}, "k" * 32)
    entra.raw_answers["/token"] = (200, json.dumps({"id_token": token}))

    refused(browser, browser.come_back(back))


def test_a_product_that_nothing_vouches_for(browser, contoso, settings):
    """Where it has no secret, and its federated credential gives no assertion."""
    back = browser.at_entra(begun(browser, contoso))
    settings.ENTRA_SCIM_SETUP_CLIENT_SECRET = ""
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {"file": "/nowhere"}

    refused(browser, browser.come_back(back))
