"""What a sign-in and a session cost where there are so many people that it counts.

``PEOPLE=100000`` makes the directory as large as a customer's.
"""

from __future__ import annotations

import os
import re

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from entra_scim.models import EntraSession, ProvisionedUser
from entra_scim.sign_in import sessions
from tests.support.population import fill
from tests.support.sessions import password_session

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor == "mysql", reason="MariaDB's plans vary with its statistics."
    ),
]

PEOPLE = int(os.environ.get("PEOPLE", "800"))
EXPLAIN = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"


@pytest.fixture
def crowd(active):
    fill(active, PEOPLE)
    # As if they had been linked, and not created.
    ProvisionedUser.objects.update(former_username_key=F("user_name_key"))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return active


def assert_by_index(work):
    """Run some work, whose statements read no table of people from end to end."""
    tables = "|".join(
        model._meta.db_table for model in (get_user_model(), EntraSession)
    )
    whole = re.compile(
        rf"(Seq Scan on|SCAN) ({tables}|entra_scim_(provisioneduser|endedsessions))\b"
    )
    with CaptureQueriesContext(connection) as queries:
        work()
    found = [query["sql"] for query in queries.captured_queries]
    assert found
    for sql in found:
        if sql.startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute(f"{EXPLAIN} {sql.replace('%', '%%')}")
                plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
            assert not whole.search(plan), (sql, plan)


@pytest.mark.parametrize("name", ["person7@contoso.example", "nobody", "x" * 300])
def test_a_password_is_refused_by_index(crowd, name):
    assert_by_index(lambda: authenticate(username=name, password="secret"))


def test_a_password_of_the_admin(crowd, admin):
    name = admin.get_username()

    assert_by_index(lambda: authenticate(username=name, password="secret"))


def test_a_session_is_judged_by_index(crowd, admin, browser):
    session = password_session(admin).session
    assert session.items()
    assert_by_index(lambda: sessions.is_ended(admin, session))

    person = ProvisionedUser.objects.first().user
    EntraSession.objects.bulk_create(
        EntraSession(environment=crowd, user=person) for _number in range(1000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    sessions.stamp_entra(session, EntraSession.objects.first(), authenticated_at=0)
    session[sessions.ENVIRONMENT] = str(crowd.pk)
    assert_by_index(lambda: sessions.is_ended(person, session))
