"""How databases find what a listing asks for, where there are so many that it counts.

``PEOPLE=100000`` makes the directory as large as a customer's.
"""

from __future__ import annotations

import os
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support.population import fill

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor == "mysql", reason="MariaDB's plans vary with its statistics."
    ),
]

PEOPLE = int(os.environ.get("PEOPLE", "1500"))
AT_SIZE = PEOPLE >= 50_000  # of fewer, PostgreSQL would rather sort the ids
DEEP = PEOPLE * 9 // 10
LARGE = ("entra_scim_provisioneduser", "entra_scim_provisionedelement")
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

BY_KEY = [
    'userName eq "person7@contoso.example" or userName eq "person8@contoso.example"',
    'externalId eq "x" or userName eq "person8@contoso.example"',
    'userName eq "person7@contoso.example" or emails eq "person8@contoso.example"',
    'displayName eq "Person 7"',
    'displayName eq "Person 7" or name.formatted eq "Person 8"',
    'name.familyName eq "7"',
    'manager eq "7"',
    f'{ENTERPRISE}:employeeNumber eq "7"',
    'emails[type eq "work"] eq "person7@contoso.example"',
    'emails[type eq "work"].value eq "person7@contoso.example" and active eq true',
    'phoneNumbers[type eq "mobile"].value eq "x"',
    'meta.lastModified gt "2100-01-01T00:00:00Z"',
    'meta.lastModified ge "2100-01-01T00:00:00Z" and meta.lastModified lt "2101-01-01T00:00:00Z"',
    'active eq true and meta.lastModified gt "2100-01-01T00:00:00Z"',
    'meta.created gt "2100-01-01T00:00:00Z"',
]
PAGES = [
    {"count": 5},
    {"count": 1, "startIndex": DEEP},
    {"count": 5, "startIndex": 9, "sortBy": "userName"},
    {"count": 5, "sortBy": "userName", "sortOrder": "descending"},
    {"count": 5, "sortBy": "meta.created", "sortOrder": "descending"},
    {"count": 5, "sortBy": "meta.lastModified"},
]


@pytest.fixture
def directory(contoso, fabrikam, scim):
    """Two environments of many people, and a key that has been used just now."""
    fill(contoso, PEOPLE)
    fill(fabrikam, PEOPLE // 3, "fabrikam.example")
    scim.get("/Users", {"count": 0})
    return scim


def plans(request):
    """Return how the database finds the rows of each SELECT of a request."""
    with CaptureQueriesContext(connection) as queries:
        response = request()
    assert response.status_code == 200, response.content
    found = []
    for query in queries.captured_queries:
        sql = query["sql"]
        if not sql.startswith("SELECT"):
            continue
        explain = (
            "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        )
        with connection.cursor() as cursor:
            cursor.execute(f"{explain} {sql.replace('%', '%%')}")
            rows = cursor.fetchall()
        found.append((sql, "\n".join(str(row[-1]) for row in rows)))
    return found


def reads_whole_table(plan):
    return any(
        re.search(rf"Seq Scan on {table}\b|SCAN {table}\b(?! USING)", plan)
        for table in LARGE
    )


def test_no_listing_reads_or_sorts_a_whole_directory(directory):
    """By index: keys, alternatives of keys, times, pages, and the orders of pages."""
    requests = [
        *({"filter": text, "count": 5} for text in BY_KEY),
        *PAGES,
    ]

    for query in requests:
        for sql, plan in plans(lambda query=query: directory.get("/Users", query)):
            counts = sql.startswith("SELECT COUNT")
            is_deep = query.get("startIndex") == DEEP and not AT_SIZE
            may_read_all = counts or (is_deep and connection.vendor == "postgresql")
            assert may_read_all or not reads_whole_table(plan), (query, sql, plan)
            if "filter" not in query and not is_deep:
                assert not re.search(r"\bSort\b|USE TEMP B-TREE", plan), (query, plan)


def test_a_listing_counts_once(directory):
    """And reads the rows of its page only, however deep that is."""
    for query in ({"count": 5, "startIndex": 9}, {"count": 5, "startIndex": DEEP}):
        statements = [
            sql for sql, _ in plans(lambda q=query: directory.get("/Users", q))
        ]
        counts = [sql for sql in statements if sql.startswith("SELECT COUNT")]
        deep = [sql for sql in statements if "OFFSET" in sql]
        assert len(counts) == len(deep) == 1
        assert len(statements) <= 4
    assert "attributes" not in deep[0]
