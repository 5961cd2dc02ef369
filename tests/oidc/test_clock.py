"""Clocks that differ: a few minutes are nothing, and more are called by their name."""

from __future__ import annotations

import datetime

import pytest

from entra_scim.models import ProvisioningEvent
from entra_scim.story.sentences import sentence_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ahead(entra):
    """Set Entra's clock ahead of this server's."""

    def set_ahead(**difference):
        provider = entra._site.identity_provider(entra.tenant_id)
        provider.clock_skew = datetime.timedelta(**difference)

    return set_ahead


@pytest.mark.parametrize("seconds", [-240, -90, 90, 240])
def test_some_minutes_are_nothing(active, person, browser, ahead, seconds):
    ahead(seconds=seconds)

    assert browser.sign_in().status_code == 302
    assert browser.user_id == person.pk


@pytest.mark.parametrize("minutes", [20, 600, -90])
def test_beyond_that_the_clock_is_named(
    active, person, browser, ahead, caplog, minutes
):
    """Not the IDs, which are right. How much it is, the log says."""
    ahead(minutes=minutes)

    page = browser.sign_in()

    assert page.status_code == 400
    assert browser.user_id is None
    event = ProvisioningEvent.objects.get(kind="sign_in_failed")
    assert event.reason == "clock"
    assert "The clock of this server differs" in sentence_of(event)
    assert "Entra's clock is " in caplog.text


@pytest.mark.parametrize(
    "claims", [{"nbf": 4_000_000_000}, {"exp": 1_000_000_000}, {"iat": 4_000_000_000}]
)
def test_times_that_no_clock_explains(active, person, browser, entra, claims):
    entra.keys.changed_claims = claims

    browser.sign_in()

    assert ProvisioningEvent.objects.get(kind="sign_in_failed").reason == "token"


def test_entra_s_pages_may_take_a_quarter_of_an_hour(active, person, browser, clock):
    address = browser.start()
    clock.skip(minutes=14)

    assert browser.come_back(browser.at_entra(address)).status_code == 302
    assert browser.user_id == person.pk
