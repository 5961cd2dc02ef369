"""A database that is busy or read-only is no broken sign-in."""

from __future__ import annotations

import pytest
from django.db import connection

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
