"""A database that is busy or read-only is not a broken sign-in."""

from __future__ import annotations

import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.urls import reverse

from entra_scim.accounts import key_versions
from entra_scim.models import (
    EntraConnection,
    KeyVersion,
    ProvisionedUser,
    ProvisioningEvent,
)
from entra_scim.text.comparison_keys import VERSION
from tests.support.refusing_database import refuse_writes


@pytest.mark.django_db(transaction=True)
def test_signing_in_while_nothing_can_be_written(active, browser, person):
    """The page says when to try again, and leaves no session."""
    address = browser.at_entra(browser.start())
    refuse_writes()

    page = browser.come_back(address)

    assert page.status_code == 503
    assert "Try again in a minute" in page.content.decode()
    connection.close()  # with that setting
    assert browser.user_id is None
    assert browser.sign_in().status_code == 302
    assert browser.user_id == person.pk


@pytest.mark.django_db
def test_signing_in_by_a_key_that_is_not_renewed_yet(active, browser, person):
    """They are asked to come again, and not said to be unknown."""
    key = ProvisionedUser.objects.get().external_id_key
    ProvisionedUser.objects.update(external_id_key="of an older version")
    KeyVersion.objects.update(version=VERSION - 1)
    key_versions.check_database.cache_clear()

    page = browser.sign_in()

    assert page.status_code == 503
    assert "Try again in a minute" in page.content.decode()
    assert browser.user_id is None
    ProvisionedUser.objects.update(external_id_key=key)
    assert browser.sign_in().status_code == 302
    KeyVersion.objects.update(version=VERSION)
    key_versions.check_database.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_a_problem_is_told_though_no_event_can_be_written(active, browser):
    EntraConnection.objects.for_environment(active).update(client_secret="")
    refuse_writes()

    page = browser.client.get(reverse("entra_scim_oidc:sign-in"))

    assert page.status_code == 400
    assert "administrator" in page.content.decode()
    connection.close()  # with that setting
    assert not ProvisioningEvent.objects.filter(kind="sign_in_failed").exists()


def gone(execute, *statement):
    raise OperationalError("server closed the connection unexpectedly")


@pytest.mark.django_db
def test_without_a_database(active, browser, caplog):
    """The page needs none, and the log says why."""
    with connection.execute_wrapper(gone):
        page = browser.client.get(reverse("entra_scim_oidc:sign-in"), {"next": "/x"})

    assert page.status_code == 503
    assert page["Retry-After"] == "60"
    assert "The database does not answer" in page.content.decode()
    assert "server closed the connection" in caplog.text


@pytest.mark.django_db
def test_what_is_no_fault_of_the_database(active, browser):
    """A statement that is wrong does not pass by itself, and pages of a product are its own."""

    def wrong(execute, *statement):
        raise ProgrammingError("syntax error")

    with connection.execute_wrapper(wrong), pytest.raises(ProgrammingError):
        browser.client.get(reverse("entra_scim_oidc:sign-in"))
    browser.client.cookies["sessionid"] = "x" * 32
    with connection.execute_wrapper(gone), pytest.raises(OperationalError):
        browser.client.get("/who/")
