"""Calls at the same time, each in a thread of its own."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import IntegrityError, OperationalError, connection

ROUNDS = int(os.environ.get("PARALLEL_ROUNDS", "25"))


# Of what is set up anew for each round, which costs many times the race itself.
SET_UP_ROUNDS = max(10, ROUNDS // 4)


REPEATED = {"40001"}  # a serialization failure


if os.environ.get("ISOLATION"):
    REPEATED.add("23503")  # a foreign key to what its snapshot lacks


_racers = ThreadPoolExecutor(MOST_AT_ONCE := 8)


def together(*calls):
    """Make calls at the same time, each in a thread of its own.

    The threads stay, with their connections: each round costs its requests alone.
    """
    start = threading.Barrier(len(calls))

    def run(call):
        start.wait()
        return call()

    return [future.result() for future in [_racers.submit(run, c) for c in calls]]


def by_product(work):
    """Do what a product does in a transaction of its own.

    At the levels above READ COMMITTED, PostgreSQL expects a product to repeat it.
    """
    while True:
        try:
            return work()
        except (OperationalError, IntegrityError) as error:
            if getattr(error.__cause__, "sqlstate", None) not in REPEATED:
                raise


def create(scim, number, **attributes):
    response = scim.post(
        "/Users",
        {
            "userName": f"p{number}@contoso.example",
            "externalId": f"id-{number}",
            "displayName": "P",
            **attributes,
        },
    )
    assert response.status_code == 201, response.content
    return f"/Users/{response.json()['id']}"


def replace(path, value):
    return {"op": "Replace", "path": path, "value": value}


def mail(address):
    return {
        "op": "Replace",
        "path": 'emails[type eq "work"].value',
        "value": address,
    }


@contextmanager
def just_before(statement, deed):
    """Do a deed once, as another process might, before the first such statement.

    ``statement`` tells it by its text.
    """
    done = []

    def look(execute, sql, params, many, context):
        if not done and statement(sql):
            done.append(sql)
            deed()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield
    assert done
