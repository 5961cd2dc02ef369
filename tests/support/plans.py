"""How databases find the rows of statements, read from their plans.

PostgreSQL and SQLite say how they would find the rows of very many people, though the
test has a few hundred. PostgreSQL is told to read no table from end to end, and to join
row by row: with 100,000 it would. SQLite is told that its tables are large. MariaDB
plans by how few they are, and counts the rows that it reads.
"""

from __future__ import annotations

import re

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entra_scim.models import (
    EntraSession,
    ProvisionedElement,
    ProvisionedUser,
    ProvisioningEvent,
    RoleAssignment,
)

_MANY = 1_000_000
_FEW_ROWS_WAYS = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")


def growing():
    """Return the tables that grow with people, of the app and of the product."""
    user = get_user_model()
    models = {
        *(user, ProvisionedUser, ProvisionedElement, RoleAssignment),
        *(ProvisioningEvent, EntraSession, apps.get_model("entra_scim.EndedSessions")),
        *(field.remote_field.through for field in user._meta.many_to_many),
    }
    if apps.is_installed("example_project.product"):
        models.add(apps.get_model("product.Membership"))
    return {model._meta.db_table for model in models}


def faults(work):
    """Do some work, and return what its statements read from end to end.

    With each line of a plan comes its statement, and with all of them what the work
    returns.
    """
    if connection.vendor == "mysql":
        reading = _Reading(ProvisionedUser.objects.count())
        with connection.execute_wrapper(reading):
            result = work()
        assert reading.is_used
        return reading.found, result
    with CaptureQueriesContext(connection) as queries:
        result = work()
    read = [
        query["sql"]
        for query in queries.captured_queries
        if re.match(r"\(?(SELECT|UPDATE|DELETE)\b", query["sql"])
    ]
    assert read
    found = [(what, sql) for sql in dict.fromkeys(read) for what in _faults(sql)]
    return found, result


def plan_of(sql):
    """Return the lines of a database's plan for a statement, each a row of columns."""
    explain = {"postgresql": "EXPLAIN (COSTS OFF)", "sqlite": "EXPLAIN QUERY PLAN"}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            _seem_large(cursor, growing())
        if connection.vendor == "postgresql":
            for way in _FEW_ROWS_WAYS:
                cursor.execute(f"SET LOCAL {way} = off")
        cursor.execute(f"{explain.get(connection.vendor, 'EXPLAIN')} {sql}")
        rows = cursor.fetchall()
        if connection.vendor == "postgresql":
            for way in _FEW_ROWS_WAYS:
                cursor.execute(f"SET LOCAL {way} = on")
    return rows


def _faults(sql):
    tables = growing()
    names = {table: table for table in tables}
    for table, alias in re.findall(
        r'["`](\w+)["`](?: AS)? ["`]?(\w+)["`]?', sql.replace("\n", " ")
    ):
        if table in tables:
            names.setdefault(alias, table)
    lines = [row[-1] for row in plan_of(sql)]
    # Whether there is anybody, a plan does not tell from how many it reads until then.
    if _is_bounded(sql) or re.match(r"SELECT (DISTINCT )?1 ", sql):
        return []
    found = _WAYS[connection.vendor](lines, names)
    return [line for line, is_narrow in found if not is_narrow]


def _is_bounded(sql):
    """Tell whether a statement stops after so many rows, in the order of an index."""
    return "LIMIT" in sql and re.search(r"ORDER BY|COUNT\(", sql)


def _postgresql(lines, names):
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        whole = re.search(r"Seq Scan on (\w+)", line)
        if whole and whole[1] in names:
            yield line, False
        index = re.search(
            r"Index (?:Only )?Scan (?:Backward )?using \w+ on (\w+)", line
        )
        if index and index[1] in names:
            condition = re.search(r"Index Cond: (.*)", following)
            yield line, condition is not None and _narrows(condition[1])


def _seem_large(cursor, tables):
    """Multiply what ANALYZE has counted of some tables, by which SQLite plans."""
    cursor.execute("SELECT rowid, tbl, stat FROM sqlite_stat1")
    found = cursor.fetchall()
    for rowid, table, counted in found:
        rows, *of_each = (int(number) for number in counted.split())
        if table not in tables or not 0 < rows < _MANY:
            continue
        # What a few values share, such as the environment, grows with the rows.
        larger = (
            number * _MANY // rows if number > rows / 10 else number
            for number in of_each
        )
        cursor.execute(
            "UPDATE sqlite_stat1 SET stat = %s WHERE rowid = %s",
            [" ".join(map(str, [_MANY, *larger])), rowid],
        )
    cursor.execute("ANALYZE sqlite_schema")


def _sqlite(lines, names):
    for line in lines:
        found = re.match(r"(SCAN|SEARCH) (\w+)\b", line)
        if found is None or found[2] not in names:
            continue
        condition = re.search(r"\((.*)\)", line)
        is_narrow = condition is not None and _narrows(condition[1])
        yield line, found[1] == "SEARCH" and is_narrow and "AUTOMATIC" not in line


class _Reading:
    """Counts the rows that MariaDB reads for each statement, to find what reads everybody."""

    def __init__(self, people):
        self.people = people
        self.found = []
        self.is_used = False
        self._tables = {f"`{table}`" for table in growing()}

    def __call__(self, execute, sql, params, many, context):
        before = self._rows(context)
        result = execute(sql, params, many, context)
        self.is_used = True
        if any(table in sql for table in self._tables):
            rows = self._rows(context) - before
            # A small table is read whole where many of its keys are named.
            is_named = re.search(r"`id` IN \((?:%s(?:, )?)+\)", sql)
            if rows >= self.people and not (is_named or _is_bounded(sql)):
                self.found.append((f"{rows} rows", sql))
        return result

    def _rows(self, context):
        """Return how many rows the connection has read, of tables that are kept."""
        with context["connection"].connection.cursor() as cursor:
            cursor.execute("SHOW SESSION STATUS LIKE 'Rows_read'")
            return int(cursor.fetchone()[1])


def _narrows(condition):
    """Tell whether a condition is of more than the environment."""
    rest = re.sub(
        r"\bANY\(environment_id\)|\benvironment_id ?[<>]?=? ?\S+", "", condition
    )
    return re.search(r"\w\S* ?[=<>]|IS ", rest.replace("AND", "")) is not None


_WAYS = {"postgresql": _postgresql, "sqlite": _sqlite}
