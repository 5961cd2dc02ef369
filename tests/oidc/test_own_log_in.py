"""Products with a log-in of their own: keys in the session, a second factor."""

from __future__ import annotations

import datetime
import sys

import pytest
from django.contrib.auth import get_user_model, login
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import include, path
from django.utils.module_loading import import_string

from entra_scim.conf import conf
from entra_scim.models import EntraConnection, EntraSession
from entra_scim.sign_in import sign_ins
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db

BACKEND = "django.contrib.auth.backends.ModelBackend"


def second_factor(request):
    """Sign in, as products do whose second factor was right."""
    pk = request.session["waits"]
    login(request, get_user_model().objects.get(pk=pk), backend=BACKEND)
    return HttpResponse()


urlpatterns = [path("2fa/", second_factor), path("", include("tests.support.urls"))]


@pytest.fixture
def product(settings, browser):
    """Let the product's policy sign people in by a function."""

    def add(sign_in):
        base = import_string(conf.POLICY)
        sys.modules[__name__].Own = type("Own", (base,), {"sign_in": sign_in})
        settings.ENTRA_SCIM_POLICY = f"{__name__}.Own"
        settings.ROOT_URLCONF = __name__

    return add


def with_keys(self, request, user, next_url):
    """Log in as Label Studio does, whose sessions need a key of its own."""
    login(request, user)
    request.session["last_login"] = 1
    return HttpResponseRedirect(next_url or "/home/")


def asks_for_more(self, request, user, next_url):
    request.session["waits"] = user.pk
    return HttpResponseRedirect("/2fa/")


def test_the_product_opens_the_session(active, person, browser, product):
    """With its keys, and says where people arrive."""
    product(with_keys)

    response = browser.sign_in()

    assert response["Location"] == "/home/"
    assert browser.client.session["last_login"] == 1
    assert browser.user_id == person.pk


def test_the_page_that_was_asked_for(active, person, browser, product):
    product(with_keys)

    assert browser.sign_in(next="/who/")["Location"] == "/who/"


def test_without_a_response_it_goes_on(active, person, browser, product, settings):
    settings.LOGIN_REDIRECT_URL = "/who/"
    product(lambda self, request, user, next_url: login(request, user))

    assert browser.sign_in()["Location"] == "/who/"


class TestSecondFactor:
    @pytest.fixture
    def waiting(self, active, person, browser, product):
        """Somebody for whom Entra has vouched, and who has still to show a code."""
        product(asks_for_more)
        assert browser.sign_in()["Location"] == "/2fa/"
        return person

    def test_nobody_is_in_without(self, waiting, browser):
        assert browser.user_id is None

    def test_it_opens_the_session(self, waiting, browser):
        """As one with Entra, which Entra can end."""
        browser.client.get("/2fa/")
        assert browser.user_id == waiting.pk

        sign_ins.end_all_sessions(EntraSession.objects.get().environment)

        assert browser.user_id is None

    def test_it_comes_too_late(self, waiting, browser, clock):
        clock.skip(minutes=11)

        browser.client.get("/2fa/")

        assert browser.user_id is None

    def test_it_is_somebody_else_s(self, waiting, browser, active):
        """Who may have a password, but Entra vouched for another one."""
        other = UserFactory(email="other@contoso.example", environment=active)
        session = browser.client.session
        session["waits"] = other.pk
        session.save()

        browser.client.get("/2fa/")

        assert browser.user_id is None

    def test_it_counts_once(self, waiting, browser):
        browser.client.get("/2fa/")
        session = browser.client.session
        session["waits"] = waiting.pk
        session.save()

        browser.client.get("/2fa/")

        assert browser.user_id is None

    def test_the_person_has_left_by_then(self, waiting, browser, scim):
        person = waiting.provisioned_user
        scim.patch(
            f"/Users/{person.pk}", {"op": "Replace", "path": "active", "value": False}
        )

        browser.client.get("/2fa/")

        assert browser.user_id is None

    def test_entra_has_ended_it_by_then(self, waiting, browser, active):
        sign_ins.end_all_sessions(active)

        browser.client.get("/2fa/")

        assert browser.user_id is None

    def test_it_confirms_a_trial(self, waiting, browser, active):
        """Not before: nobody would have come in yet."""
        connection = EntraConnection.objects.for_environment(active)
        connection.update(
            confirmed_at=None, activated_by=waiting.pk, activated_at=_now()
        )
        assert connection.get().confirmed_at is None

        browser.client.get("/2fa/")

        assert connection.get().confirmed_at is not None


def test_whoever_was_there_before_is_out(active, person, browser, product):
    """Else a browser that two people use would mix them up."""
    other = UserFactory(email="other@contoso.example")
    browser.client.force_login(other, BACKEND)
    product(asks_for_more)

    browser.sign_in()

    assert "_auth_user_id" not in browser.client.session


def _now():
    return datetime.datetime.now(datetime.UTC)
