"""What people and administrators read when a sign-in fails."""

from __future__ import annotations

import json
import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

from entra_scim.models import EntraConnection, ProvisioningEvent
from entra_scim.story.sentences import sentence_of
from tests.support.sign_in import connect

pytestmark = pytest.mark.django_db

CODES = [
    "7000215",
    "7000222",
    "7000218",
    "700016",
    "90002",
    "50011",
    "50105",
    "65001",
    "65004",
    "90094",
    "90095",
    "50020",
    "50034",
    "50057",
    "50074",
    "50076",
    "50079",
    "53000",
    "53003",
    "530034",
    "50058",
    "50194",
    "54005",
    "501481",
    "70011",
    "700054",
    "700005",
    "700027",
    "700229",
    "7000112",
    "50173",
    "50133",
    "50196",
    "90038",
    "900382",
    "900432",
    "50146",
    "501461",
    # What passes by itself
    *["90033", "90024", "90006", "90012", "50033", "50087", "70012", "80002"],
    # Codes that come late
    *["70008", "70000", "900561"],
    # Accounts of other directories
    *["16003", "51004", "50014", "90072", "500208", "500212", "500213", "500021"],
    # Consent
    *["90008", "65005", "650056", "650052"],
    # The account
    *["50053", "50055", "50126", "50144", "500571", "50072", "50078", "70043"],
    # The request and the application
    *["900144", "9000411", "9002313", "500113", "900971", "70003", "9002326"],
    *["700023", "700024", "700025", "700011", "70001", "90051", "50003"],
    *["50005", "50097", "50129", "50131", "530032", "530035"],
]


def refused_by_redirect(entra, code):
    entra.authorize_error = {
        "error": "server_error",
        "error_description": f"{code}: something in English.",
    }


def refused_at_the_token_endpoint(entra, code):
    error = {
        "error": "invalid_client",
        "error_description": f"{code}: something in English.",
        "correlation_id": "3a4fbd31-63cd-4ddc-9b3a-1a2b3c4d5e6f",
    }
    entra.raw_answers = {"/token": (401, json.dumps(error))}


def failure():
    """Return the one event of a failed sign-in."""
    return ProvisioningEvent.objects.get(kind="sign_in_failed")


def link_of(page):
    """Return where the page's button leads."""
    found = re.search(r'class="button" href="([^"]*)"', page.content.decode())
    return found[1].replace("&amp;", "&")


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("refuse", [refused_by_redirect, refused_at_the_token_endpoint])
def test_every_code_has_words_of_its_own(active, browser, entra, code, refuse):
    """For the person, and for the administrator, who finds the event by its reference."""
    refuse(entra, f"AADSTS{code}")

    page = browser.sign_in()

    assert page.status_code == 400
    event = failure()
    assert event.reason == f"AADSTS{code}"
    assert "not known here" not in sentence_of(event)
    assert str(event.correlation_id) in page.content.decode()


@pytest.mark.parametrize("code", ["AADSTS50105", "AADSTS530034"])
def test_the_administrator_reads_it_in_their_language(active, browser, entra, code):
    """Whatever that of the person's browser was."""
    refused_by_redirect(entra, code)
    with translation.override("nl"):
        browser.sign_in()

    summary = sentence_of(failure())
    with translation.override("nl"):
        dutch = sentence_of(failure())

    assert summary.startswith(f"sign-in failed: {code}: ")
    assert " Entra" in summary
    assert code in dutch
    assert dutch != summary


def test_an_unknown_code_is_told(active, browser, entra):
    refused_by_redirect(entra, "AADSTS99999")

    page = browser.sign_in()

    assert "Ask your administrator" in page.content.decode()
    assert "AADSTS99999" in page.content.decode()
    assert "AADSTS99999" in sentence_of(failure())


class TestForgedAnswers:
    """Anybody can write the URL of an answer to a request of their own."""

    def test_alarm_nobody(self, active, bob, browser, entra):
        """What has to be mailed at once comes from the token endpoint."""
        refused_by_redirect(entra, "AADSTS7000222")

        assert browser.sign_in().status_code == 400
        assert mail.outbox == []

    @pytest.mark.parametrize(
        "codes",
        [
            ("AADSTS11111", "AADSTS22222", "AADSTS33333"),
            ("AADSTS530901", "AADSTS530902", "AADSTS530903"),
        ],
    )
    def test_do_not_fill_the_story(self, active, browser, entra, codes):
        """Invented codes are one event, whose count grows; so are a family's."""
        for code in codes:
            refused_by_redirect(entra, code)
            browser.sign_in()

        assert failure().count == 3


def test_visitors_cause_one_mail(active, bob, settings):
    """Anybody can open the link, as often as they like, and the cache may be a dummy."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    }
    settings.SECRET_KEY = "another"

    for _ in range(3):
        page = Client().get(reverse("entra_scim_oidc:sign-in"))
        assert page.status_code == 400

    assert [message.to for message in mail.outbox] == [[bob.email]]
    assert failure().count == 3


def test_a_failed_test_is_mailed_to_nobody(active, bob, browser, entra):
    """Who tests sees it, and a real failure after it is still told."""
    EntraConnection.objects.update(activated_at=None)
    browser.client.force_login(bob, backend="entra_scim.oidc.backend.EntraBackend")
    session = browser.client.session
    session["entra_scim_test"] = str(active.pk)
    session.save()
    refused_at_the_token_endpoint(entra, "AADSTS7000215")
    begun = browser.client.get(reverse("entra_scim_oidc:test", args=[active.pk]))
    page = browser.come_back(browser.at_entra(begun["Location"]))
    assert "The test did not succeed" in page.content.decode()
    assert mail.outbox == []

    EntraConnection.objects.update(
        activated_at=EntraConnection.objects.get().confirmed_at
    )
    browser.sign_in()

    assert [message.to for message in mail.outbox] == [[bob.email]]


def test_a_name_that_no_database_takes(active, browser, entra):
    entra.keys.changed_claims = {"preferred_username": "ann\x00\u202e" + "x" * 500}

    assert browser.sign_in().status_code == 400
    assert failure().name == "ann" + "x" * 197


def test_another_account_can_be_chosen(active, browser, entra):
    """Else Entra would use the same one again, and ask nothing."""
    page = browser.sign_in(next="/who/")
    assert "You have no account here" in page.content.decode()
    assert "you used the account somebody@contoso.example" in page.content.decode()

    again = browser.client.get(link_of(page) + "&address=ann@contoso.example")

    assert "prompt=select_account" in again["Location"]
    assert "login_hint" not in again["Location"]


def test_starting_again_goes_on_to_the_same_page(active, person, browser, entra):
    entra.raw_answers = {"token": (503, "{}")}
    page = browser.sign_in(next="/who/?x=1")
    entra.behave()

    address = browser.client.get(link_of(page))["Location"]

    assert browser.come_back(browser.at_entra(address))["Location"] == "/who/?x=1"


def test_where_it_is_not_switched_on_passwords_are_a_click_away(
    contoso, entra, browser, settings
):
    settings.LOGIN_URL = "/password/"
    connect(contoso, entra)

    page = browser.client.get(reverse("entra_scim_oidc:sign-in"), {"next": "/who/"})

    assert link_of(page) == "/password/?next=%2Fwho%2F"


@pytest.mark.parametrize(
    ("debug", "address"),
    [(False, None), (True, ""), (True, "http://evil.example")],
)
def test_a_local_entra_only_where_one_may_be(
    active, person, browser, entra, settings, debug, address
):
    """Whatever an environment's settings still say, and without system checks."""
    settings.DEBUG = debug
    if address is not None:
        settings.ENTRA_SCIM_LOCAL_AUTHORITY = address

    page = browser.client.get(reverse("entra_scim_oidc:sign-in"))

    assert page.status_code == 400
    assert failure().reason == "credentials"
    assert entra.requests == []


def test_an_answer_that_comes_too_late(active, person, browser, clock):
    address = browser.at_entra(browser.start())
    clock.skip(minutes=16)

    page = browser.come_back(address)

    assert page.status_code == 400
    assert failure().reason == "expired"
    assert browser.user_id is None


def test_the_browser_keeps_a_request_for_longer_than_it_counts(active, browser):
    """An answer that comes too late is told so, in place of being unknown."""
    cookies = browser.client.get(reverse("entra_scim_oidc:sign-in")).cookies

    [kept] = [cookie for cookie in cookies.values() if cookie["max-age"]]

    assert kept["max-age"] == 30 * 60
    assert kept["httponly"]


def test_a_state_of_another_provider_s(active, browser):
    """The host may use mozilla-django-oidc for another one, in the same session."""
    session = browser.client.session
    session["oidc_states"] = {"theirs": {"nonce": "x", "added_on": 1.0}}
    session.save()

    answer = browser.client.get(
        reverse("entra_scim_oidc:callback"), {"state": "theirs", "code": "x"}
    )

    assert answer.status_code == 400
    assert "theirs" in browser.client.session["oidc_states"]


def test_every_page_has_a_reference_that_is_in_the_log(active, browser, caplog):
    """Also where no environment is known whose event could have it."""
    page = Client().get(reverse("entra_scim_oidc:callback"), {"state": "x"})

    [reference] = re.findall(r"<code>([0-9a-f-]{36})</code>", page.content.decode())
    assert reference in caplog.text


def test_the_log_says_what_exactly_was_wrong(active, person, browser, entra, caplog):
    """The page and the event need not; who has to find out does."""
    entra.keys.changed_claims = {"tid": "11111111-1111-4111-8111-111111111111"}
    browser.sign_in()
    assert "token tid" in caplog.text

    entra.behave()
    refused_at_the_token_endpoint(entra, "AADSTS50057")
    browser.sign_in()
    assert "3a4fbd31-63cd-4ddc-9b3a-1a2b3c4d5e6f" in caplog.text
