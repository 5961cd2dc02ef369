"""A run that fails in the product tells no secret that it has in its hands."""

from __future__ import annotations

import logging
import threading

import pytest
from django.db import ProgrammingError, connection

from tests.support.automatic import MOST_REQUESTS
from tests.support.reports import NEW_KEY, variables_of
from tests.support.tab import text_of

pytestmark = pytest.mark.django_db(transaction=True)


class FailingOnce:
    """Lets each statement of ours that writes fail once, but for whose turn it is."""

    def __init__(self):
        self.failed = set()

    def __call__(self, execute, sql, params, many, context):
        is_write = sql.startswith(("INSERT", "UPDATE")) and "entra_scim_" in sql
        is_ours = threading.current_thread() is threading.main_thread()
        if is_write and is_ours and "held_until" not in sql and "is_busy" not in sql:
            text = sql.partition("VALUES")[0].partition("WHERE")[0]
            if text not in self.failed:
                self.failed.add(text)
                raise ProgrammingError(f"refused: {text[:60]}")
        return execute(sql, params, many, context)


@pytest.fixture
def reported():
    """The errors that were logged, with their frames."""
    found = []

    class Catcher(logging.Handler):
        def emit(self, record):
            if record.exc_info:
                found.append(record.exc_info)

    catcher = Catcher()
    logging.getLogger().addHandler(catcher)
    yield found
    logging.getLogger().removeHandler(catcher)


def test_whatever_the_database_refuses(visit, reported):
    visit.client.raise_request_exception = False
    visit.sign_in()
    failing = FailingOnce()
    secrets = set()
    with connection.execute_wrapper(failing):
        visit.post(action="start")
        for _number in range(MOST_REQUESTS):
            page = visit.page()
            for application in visit.tenant.applications:
                secrets |= {one.value for one in application.secrets}
            if page.status_code == 200 and "Entra is set up" in text_of(page):
                break
    assert len(secrets) > 1
    assert any("entraconnection" in text for text in failing.failed)
    assert len(reported) >= len(failing.failed) > 2

    for _type, error, frames in reported:
        for shown in variables_of(frames):
            assert not NEW_KEY.search(shown), error
            assert not any(secret in shown for secret in secrets), error
