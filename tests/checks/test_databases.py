"""How the database is set up."""

from __future__ import annotations

import pytest
from django.db import connection

from entra_scim import checks
from tests.support.checking import ids

pytestmark = pytest.mark.django_db


@pytest.fixture
def sql_mode():
    """Set the mode of a session of MariaDB, and put it back."""
    if connection.vendor != "mysql":
        pytest.skip("Only MariaDB has modes.")

    def set_to(mode):
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION sql_mode = %s", [mode])

    with connection.cursor() as cursor:
        cursor.execute("SELECT @@sql_mode")
        before = cursor.fetchone()[0]
    yield set_to
    set_to(before)


def check():
    return ids(checks.check_sql_mode(None, databases=["default"]))


def test_the_mode_that_the_suite_runs_with():
    assert check() == []


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("STRICT_ALL_TABLES", []),
        ("STRICT_TRANS_TABLES,ANSI_QUOTES", []),
        ("", ["E039"]),
        ("STRICT_TRANS_TABLES,NO_BACKSLASH_ESCAPES", ["E040"]),
    ],
)
def test_modes(sql_mode, mode, told):
    """Without a strict one, a name would be kept as a question mark and answered 201."""
    sql_mode(mode)

    assert check() == told
