"""What a sign-in and a session cost where there are so many people that it counts.

``PEOPLE=100000`` makes the directory as large as a customer's.
"""

from __future__ import annotations

import os

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.db.models import F

from entra_scim.models import EntraSession, ProvisionedUser
from entra_scim.sign_in import sessions
from tests.support.plans import faults
from tests.support.population import fill
from tests.support.sessions import password_session

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor == "mysql", reason="MariaDB's plans vary with its statistics."
    ),
]

PEOPLE = int(os.environ.get("PEOPLE", "800"))


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
    found, _result = faults(work)
    assert not found


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
