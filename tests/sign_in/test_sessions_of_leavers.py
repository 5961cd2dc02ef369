"""Sessions of people who leave."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.test import Client
from django.urls import reverse

from entra_scim.middleware import EntraSessionMiddleware
from entra_scim.sign_in import sessions
from tests.support.leaving import BACK, OUT, create

pytestmark = pytest.mark.django_db


BACKENDS = [
    "django.contrib.sessions.backends.db",
    "django.contrib.sessions.backends.cached_db",
    "django.contrib.sessions.backends.cache",
    "django.contrib.sessions.backends.file",
    "django.contrib.sessions.backends.signed_cookies",
]


@pytest.fixture
def linked(scim, ann):
    """Ann, linked and in with role Viewer."""
    return create(scim, ann.email)


def signed_in(user):
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def is_in(client):
    """Tell whether a client's session is somebody's."""
    return client.get(reverse("admin:index")).status_code == 200


@pytest.fixture(params=BACKENDS)
def session_backend(request, settings, tmp_path):
    settings.SESSION_ENGINE = request.param
    settings.SESSION_FILE_PATH = str(tmp_path)
    return request.param


class TestSessions:
    def test_end_at_once_and_stay_dead(self, scim, ann, linked, session_backend):
        """A leaver's session is dead at its next request, and dead it stays."""
        client = signed_in(ann)
        assert is_in(client)
        cookies = client.cookies.copy()

        scim.patch(linked, OUT)
        assert not is_in(client)

        scim.patch(linked, BACK)
        assert not is_in(client)
        client.cookies = cookies  # what a thief of the cookie would send
        assert not is_in(client)

    def test_never_looked_at_while_away_stay_dead_too(
        self, scim, ann, linked, session_backend
    ):
        """Leaving and returning between two requests ends the session as well."""
        client = signed_in(ann)

        scim.patch(linked, OUT)
        scim.patch(linked, BACK)

        assert not is_in(client)
        ann.refresh_from_db()
        assert is_in(signed_in(ann))

    def test_of_somebody_who_was_put_out_by_hand_before_stay_dead(
        self, scim, ann, linked
    ):
        """Entra's deactivation counts, though the account was inactive already."""
        client = signed_in(ann)

        get_user_model().objects.filter(pk=ann.pk).update(is_active=False)
        scim.patch(linked, OUT)
        scim.patch(linked, BACK)

        ann.refresh_from_db()
        assert ann.is_active
        assert not is_in(client)

    def test_stay_dead_after_release_and_return(self, scim, ann, linked):
        """A new resource for the same person revives nothing."""
        client = signed_in(ann)

        scim.delete(linked)
        assert not is_in(client)
        create(scim, ann.email)

        assert not is_in(client)

    def test_stay_dead_when_a_local_administrator_reactivates(self, scim, ann, linked):
        """Somebody who was released and let in by hand has to sign in anew."""
        client = signed_in(ann)

        scim.delete(linked)
        get_user_model().objects.filter(pk=ann.pk).update(is_active=True)
        assert not is_in(client)

        create(scim, ann.email)
        assert not is_in(client)

    def test_of_others_go_on(self, scim, ann, bob, linked):
        """Only the leaver is out."""
        client = signed_in(bob)

        scim.patch(linked, OUT)

        assert is_in(client)

    def test_cost_one_statement_a_request(
        self, ann, linked, rf, django_assert_num_queries
    ):
        """The middleware asks once, and nothing for those without a session."""
        session = signed_in(ann).session
        session.get("loaded")
        with django_assert_num_queries(1):
            assert not sessions.is_ended(ann, session)

    def test_a_request_without_a_session_is_not_asked(
        self, rf, django_assert_num_queries
    ):
        """Visitors cost nothing, and nothing is looked up for them."""
        answer = object()
        middleware = EntraSessionMiddleware(lambda request: answer)

        with django_assert_num_queries(0):
            assert middleware(rf.get("/")) is answer


def test_every_backend_refuses_the_inactive(scim, ann, linked, settings):
    """Even one that lets inactive users sign in opens no session that works."""
    scim.patch(linked, OUT)
    ann.refresh_from_db()

    assert authenticate(username=ann.get_username(), password="secret") is None
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.AllowAllUsersModelBackend"
    ]
    client = Client()
    assert client.login(username=ann.get_username(), password="secret")
    assert not is_in(client)
