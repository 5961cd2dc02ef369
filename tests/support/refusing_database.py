"""A database that writes nothing."""

from __future__ import annotations

from django.db import connection


def sql(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def refuse_writes():
    sql(
        {
            "sqlite": "PRAGMA query_only = ON",
            "postgresql": "SET default_transaction_read_only = on",
            "mysql": "SET SESSION TRANSACTION READ ONLY",
        }[connection.vendor]
    )
