"""What is done once in a while, by one of many."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection

from entra_scim.models import Turn
from entra_scim.oidc import turns

pytestmark = pytest.mark.django_db


def test_two_who_come_first_at_the_same_time():
    """Neither has found the row of the other one, and one of them gets the turn."""

    def insert_twice(execute, statement, params, many, context):
        if statement.startswith("INSERT"):
            execute(statement, params, many, context)
        return execute(statement, params, many, context)

    with connection.execute_wrapper(insert_twice):
        assert not turns.take("renewal", datetime.timedelta(minutes=1))


def test_a_turn_is_over_some_time(clock):
    assert turns.take("renewal", datetime.timedelta(minutes=1))
    assert not turns.take("renewal", datetime.timedelta(minutes=1))
    clock.skip(seconds=61)

    assert turns.take("renewal", datetime.timedelta(minutes=1))
    assert Turn.objects.count() == 1
