"""To ask who somebody is costs little."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.http import JsonResponse
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext
from django.urls import path

from tests.support.failing_product import Failing, programming_error
from tests.support.leavers import add, assert_mended
from tests.support.sessions import password_session, user_of
from tests.support.sign_in import activate, connect

pytestmark = pytest.mark.django_db


@transaction.non_atomic_requests
async def who_else(request):
    user = await request.auser()
    return JsonResponse({"user": user.pk})


@transaction.non_atomic_requests
def nobody_looks(request):
    return JsonResponse({})


urlpatterns = [
    path("asynchronous/", who_else),
    path("nobody-looks/", nobody_looks),
    path("who/", lambda request: JsonResponse({"user": request.user.pk})),
]


def test_anonymous_visitors_cost_nothing(
    active, browser, settings, django_assert_num_queries
):
    settings.ROOT_URLCONF = "tests.middleware.test_costs"
    add(settings, "SecondFactor")
    for headers in ({}, {"cookie": "sessionid=nonsense; __Host-sessionid=nonsense"}):
        with django_assert_num_queries(0):
            answer = Client(headers=headers).get("/nobody-looks/")

        assert "Cookie" not in answer.get("Vary", "")
        assert not answer.cookies


def test_a_session_that_nobody_looks_at_costs_nothing(
    active, admin, browser, settings, django_assert_num_queries
):
    settings.ROOT_URLCONF = "tests.middleware.test_costs"
    client = password_session(admin)

    with django_assert_num_queries(0):
        answer = client.get("/nobody-looks/")

    assert "Cookie" not in answer.get("Vary", "")


@pytest.mark.parametrize("others", [(), ("SecondFactor",)])
def test_a_look_costs_one_statement(admin, browser, settings, others):
    """Besides the session's and the user's, however often the user is wrapped."""
    for name in others:
        add(settings, name)
    cookies = password_session(admin).cookies

    def statements():
        client = Client()  # one loads its middleware once
        client.cookies = cookies
        with CaptureQueriesContext(connection) as captured:
            assert user_of(client) == admin.pk
        return len(captured)

    ours = statements()
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "entra" not in one]

    assert ours == statements() + 1


def test_asynchronously(contoso, entra, bob, admin, settings):
    settings.ROOT_URLCONF = "tests.middleware.test_costs"
    connect(contoso, entra)
    clients = {}
    for user in (bob, admin):
        clients[user.pk] = AsyncClient()
        clients[user.pk].cookies = password_session(user).cookies

    def seen(user):
        answer = async_to_sync(clients[user.pk].get)("/asynchronous/")
        return answer.json()["user"]

    assert [seen(user) for user in (bob, admin)] == [bob.pk, admin.pk]

    activate(contoso)

    assert [seen(user) for user in (bob, admin)] == [None, admin.pk]
    assert Session.objects.count() == 1


def test_a_product_that_fails_at_mending_lets_nobody_in(undone, browser, settings):
    """Nor does it show an error to everybody who looks."""
    Failing.fail = staticmethod(programming_error)
    settings.ENTRA_SCIM_POLICY = "tests.support.failing_product.Failing"
    client = password_session(undone)

    assert user_of(client) is None

    assert_mended(undone)
