"""What a transaction does when the database cannot go on, whichever database it is."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import OperationalError, ProgrammingError, connection, transaction

from entra_scim.database import failures, transactions
from entra_scim.database.transactions import StaleWrite
from entra_scim.exceptions import Busy, Unavailable

pytestmark = pytest.mark.django_db(transaction=True)


def failing(times, error, name="Attempt"):
    """Return work that fails some times, and then makes a group."""
    attempts = []

    def work():
        attempts.append(error)
        group = Group.objects.create(name=f"{name} {len(attempts)}")
        if len(attempts) <= times:
            raise_(error)
        return group.name

    return work


def raise_(error):
    if error is ConnectionError:
        connection.connection.close()
        raise OperationalError("server closed the connection unexpectedly")
    raise error


def groups():
    return [*Group.objects.order_by("pk").values_list("name", flat=True)]


@pytest.mark.parametrize("error", [StaleWrite, ConnectionError])
def test_work_is_done_again(error):
    """On a row that has changed since, or on a new connection."""
    assert transactions.repeated(failing(1, error)) == "Attempt 2"

    assert groups() == ["Attempt 2"]


def test_no_longer_than_anybody_waits(monkeypatch):
    monkeypatch.setattr(transactions, "PATIENCE", -1)

    with pytest.raises(Busy):
        transactions.repeated(failing(100, StaleWrite))

    assert groups() == []


def test_a_database_that_loses_each_connection():
    with pytest.raises(Unavailable):
        transactions.repeated(failing(2, ConnectionError))

    assert groups() == []


def test_work_that_is_wrong_is_not_repeated():
    """A statement that no database understands is the fault of the code."""
    with pytest.raises(ProgrammingError):
        transactions.repeated(failing(1, ProgrammingError("syntax error")))
    with pytest.raises(ProgrammingError):
        transactions.reading(lambda: raise_(ProgrammingError("syntax error")))


def test_within_a_transaction_of_the_product():
    """What came before in it stays, and it goes on if the work gets no turn."""
    with transaction.atomic():
        Group.objects.create(name="Before")
        assert transactions.repeated(failing(1, StaleWrite)) == "Attempt 2"
        with pytest.raises(Busy):
            transactions.repeated(failing(100, StaleWrite, "Stale"))

    assert groups() == ["Before", "Attempt 2"]


class Described(Exception):
    """What a driver says of an error of PostgreSQL's."""

    def __init__(self, sqlstate):
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "cause", "expected"),
    [
        (OperationalError(2006, "the server has gone away"), None, True),
        (OperationalError(1054, "unknown column"), None, False),
        (OperationalError("terminated"), Described("57P01"), True),
        (OperationalError("undefined"), Described("42703"), False),
    ],
)
def test_who_is_told_to_come_again(error, cause, expected):
    """PostgreSQL and MariaDB say why in ways of their own."""
    error.__cause__ = cause

    assert failures.is_unavailable(error) is expected
