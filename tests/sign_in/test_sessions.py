"""Which sessions end, and what it costs to know."""

from __future__ import annotations

import uuid
from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from entra_scim.activation import lifecycle
from entra_scim.connection import configuration
from entra_scim.models import EntraConnection, EntraSession
from entra_scim.policy import get_policy
from entra_scim.sign_in import sessions
from tests.support.sessions import password_session, user_of
from tests.support.sign_in import Browser, activate, connect

pytestmark = pytest.mark.django_db


ENGINES = ["db", "cache", "cached_db", "file", "signed_cookies"]


@pytest.fixture(params=ENGINES)
def engine(request, settings):
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{request.param}"


def copy_of(browser):
    """Return another browser with the same cookies, as a thief's."""
    thief = Browser()
    thief.client.cookies = browser.client.cookies.copy()
    return thief


class TestOnEverySessionBackend:
    def test_a_password_session_ends_with_the_activation(
        self, engine, contoso, entra, browser, bob
    ):
        connect(contoso, entra)
        client = password_session(bob)
        assert user_of(client) == bob.pk

        activate(contoso)

        assert user_of(client) is None

    def test_a_leaver_s_session_ends(self, engine, active, scim, person, browser):
        browser.sign_in()
        assert browser.user_id == person.pk

        [resource] = scim.get("/Users").json()["Resources"]
        scim.patch(
            f"/Users/{resource['id']}", {"op": "Replace", "value": {"active": False}}
        )
        get_user_model().objects.update(is_active=True)

        assert browser.user_id is None

    def test_signing_out_ends_a_copied_cookie(self, engine, active, person, browser):
        browser.sign_in()
        thief = copy_of(browser)
        assert thief.user_id == person.pk

        browser.client.post(reverse("entra_scim_oidc:sign-out"))

        assert browser.user_id is None
        assert thief.user_id is None
        assert EntraSession.objects.filter(ended_at=None).count() == 0

    def test_an_absolute_lifetime(self, engine, active, person, browser, settings):
        browser.sign_in()

        settings.ENTRA_SCIM_SESSION_AGE = 0

        assert browser.user_id is None

    def test_a_state_works_once(self, engine, active, person, browser):
        address = browser.at_entra(browser.start())
        browser.come_back(address)
        browser.client.post(reverse("entra_scim_oidc:sign-out"))

        assert browser.come_back(address).status_code == 400
        assert browser.user_id is None


def test_a_prepared_session_is_left_behind(active, person, browser):
    """Somebody who planted their own cookie in a browser has nothing after the sign-in."""
    session = browser.client.session
    session.save()
    planted = session.session_key

    browser.sign_in()

    attacker = Client()
    attacker.cookies[django_settings.SESSION_COOKIE_NAME] = planted
    assert user_of(attacker) is None


def test_somebody_linked_since(active, fabrikam, scim, dave, browser):
    """A session that was nobody's business becomes one of a gated person."""
    client = password_session(dave)
    assert user_of(client) == dave.pk
    fabrikam.members.remove(dave)
    scim.post("/Users", {"userName": dave.email, "externalId": "x"})

    assert user_of(client) is None


def test_cost_one_statement(active, person, admin, browser, django_assert_num_queries):
    """And what the policy asks about those who came with Entra."""
    browser.sign_in()
    with django_assert_num_queries(1):
        list(get_policy().environments_of(person))
    for client, user, number in (
        (browser.client, person, 2),
        (password_session(admin), admin, 1),
    ):
        session = client.session
        assert session.items()
        with django_assert_num_queries(number):
            assert not sessions.is_ended(user, session)


def test_entra_vouches_no_more_for_the_admin(active, person, browser):
    """At the next request, though nobody told the link."""
    browser.sign_in()
    assert browser.user_id == person.pk

    get_user_model().objects.filter(pk=person.pk).update(is_superuser=True)

    assert browser.user_id is None


@pytest.mark.parametrize("has_moved", [True, False])
def test_entra_vouches_no_more_for_somebody_of_another_environment(
    several_environments, active, fabrikam, person, browser, has_moved
):
    browser.sign_in()
    assert browser.user_id == person.pk

    fabrikam.members.add(person)
    if has_moved:
        active.members.remove(person)

    assert browser.user_id is None


def test_a_changed_password_ends_sign_ins(active, person, browser):
    """As Django does with every session."""
    browser.sign_in()
    person.set_password("another")
    person.save()

    assert browser.user_id is None


@pytest.mark.parametrize("signal", [user_logged_in, user_logged_out])
def test_signals_of_token_logins_open_no_session(contoso, bob, rf, signal):
    """Libraries send them with a request that has no session, or with none."""
    request = rf.get("/")
    for one in (None, request):
        signal.send(type(bob), request=one, user=bob)
    request.session = SessionStore()

    signal.send(type(bob), request=request, user=bob)

    assert request.session.is_empty()


class TestWhatEndsEverySignInWithEntra:
    @pytest.fixture
    def others(self, several_environments, active, person, admin, browser, fabrikam):
        """A session of another environment's Entra, and one with a password."""
        browser.sign_in()
        elsewhere = EntraSession.objects.create(environment=fabrikam, user=admin)
        client = password_session(admin)
        assert browser.user_id == person.pk
        yield
        elsewhere.refresh_from_db()
        assert elsewhere.ended_at is None
        assert user_of(client) == admin.pk

    def test_turning_it_off(self, active, others, browser):
        lifecycle.deactivate(configuration.connection_of(active))

        assert browser.user_id is None

    def test_the_emergency_command(self, active, others, browser):
        call_command("entra_reopen_passwords", str(active.pk), stdout=StringIO())

        assert browser.user_id is None

    def test_another_directory(self, active, others, browser, entra):
        """Though it was not turned off: a trial may be over that nobody noted."""
        EntraConnection.objects.for_environment(active).update(activated_at=None)

        connect(active, entra, tenant_id=uuid.uuid4())

        assert browser.user_id is None

    def test_not_another_secret(self, active, others, person, browser, entra):
        EntraConnection.objects.for_environment(active).update(activated_at=None)

        connect(active, entra, client_secret="another")

        assert browser.user_id == person.pk
