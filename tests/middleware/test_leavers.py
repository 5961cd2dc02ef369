"""Nobody acts who may not, whatever tells who they are."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from entra_scim.middleware import EntraSessionMiddleware
from entra_scim.models import ProvisionedUser, ReleasedUser
from entra_scim.people import provisioning
from entra_scim.sign_in import gate, sessions
from tests.support.leavers import add, assert_mended
from tests.support.sessions import password_session, user_of
from tests.support.sign_in import activate, connect

pytestmark = pytest.mark.django_db


MODEL = "django.contrib.auth.backends.ModelBackend"


SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"


def replace_sessions(settings, name):
    settings.MIDDLEWARE = [
        f"tests.support.middleware.{name}" if one == SESSIONS else one
        for one in settings.MIDDLEWARE
    ]


@pytest.mark.parametrize("name", ["__Host-sessionid", "other"])
def test_a_cookie_of_any_name(contoso, entra, bob, browser, settings, name):
    settings.SESSION_COOKIE_NAME = name
    client = password_session(bob)
    assert user_of(client) == bob.pk
    connect(contoso, entra)

    activate(contoso)

    assert user_of(client) is None


def test_a_cookie_whose_name_the_request_tells(contoso, entra, bob, browser, settings):
    key = password_session(bob).session.session_key
    replace_sessions(settings, "CookieOfItsOwn")
    client = Client()
    client.cookies["__Secure-testserver"] = key
    assert user_of(client) == bob.pk
    connect(contoso, entra)

    activate(contoso)

    assert user_of(client) is None


def test_a_session_by_a_header(contoso, entra, bob, browser, settings):
    key = password_session(bob).session.session_key
    replace_sessions(settings, "SessionOfAToken")
    client = Client(headers={"x-session-token": key})
    assert user_of(client) == bob.pk
    connect(contoso, entra)

    activate(contoso)

    assert user_of(client) is None


def test_a_session_by_a_header_at_the_view(contoso, entra, bob, browser, settings):
    """Somebody has asked who the user is before, and was told that it is nobody."""
    key = password_session(bob).session.session_key
    add(settings, "TokenInTheView")
    client = Client(headers={"x-session-token": key})
    assert user_of(client) == bob.pk
    connect(contoso, entra)

    activate(contoso)

    assert user_of(client) is None


@pytest.mark.parametrize("name", ["SignInByHeader", "UserOfAHeader"])
def test_middleware_that_signs_in(active, bob, admin, browser, settings, name):
    """It comes after ours, and so is asked about before the view."""
    add(settings, name)

    for user, expected in ((bob, None), (admin, admin.pk)):
        client = Client(headers={"x-address": user.email})
        assert user_of(client) == expected
        assert user_of(client) == expected


def test_middleware_that_asks_the_backends(active, bob, admin, browser, settings):
    add(settings, "AuthenticateByHeader")
    settings.AUTHENTICATION_BACKENDS = [
        settings.AUTHENTICATION_BACKENDS[0],
        "django.contrib.auth.backends.RemoteUserBackend",
    ]

    for user, expected in ((bob, None), (admin, admin.pk)):
        client = Client(headers={"x-name": user.get_username()})
        assert user_of(client) == expected


@pytest.mark.parametrize("name", ["SignInByHeader", "UserOfAHeader"])
def test_middleware_that_signs_a_leaver_in(undone, browser, settings, name):
    add(settings, name)

    assert user_of(Client(headers={"x-address": undone.email})) is None


def test_the_admin_in_the_place_of_somebody(active, bob, admin, browser, settings):
    """The Admin acts, who looks at the product as Bob sees it."""
    add(settings, "UserOfAHeader")
    client = password_session(admin)

    assert client.get("/who/", headers={"x-address": bob.email}).json() == {
        "user": bob.pk
    }
    assert user_of(client) == admin.pk


def test_nobody_stands_in_the_place_of_a_leaver(undone, admin, browser, settings):
    add(settings, "UserOfAHeader")
    client = password_session(admin)

    answer = client.get("/who/", headers={"x-address": undone.email})

    assert answer.json() == {"user": None}
    assert user_of(client) == admin.pk


def test_a_leaver_whom_the_product_has_saved(leaver, browser):
    """What Entra said is in the link; the account says what somebody read before."""
    client = password_session(leaver)
    assert user_of(client) == leaver.pk
    stale = get_user_model().objects.get(pk=leaver.pk)
    leaver.leave()
    stale.save()

    assert user_of(client) is None
    assert not Session.objects.exists()
    assert_mended(leaver)


def test_a_leaver_who_came_in_with_entra(active, person, scim, browser):
    browser.sign_in()
    assert browser.user_id == person.pk
    stale = get_user_model().objects.get(pk=person.pk)
    [resource] = scim.get("/Users").json()["Resources"]
    scim.patch(
        f"/Users/{resource['id']}", {"op": "Replace", "value": {"active": False}}
    )
    stale.save()

    assert browser.sign_in().status_code == 400
    assert_mended(person)
    assert browser.user_id is None


def test_a_leaver_whom_code_signs_in(undone, browser):
    assert user_of(password_session(undone)) is None
    assert_mended(undone)


def test_a_leaver_who_became_the_admin_since(undone, browser):
    """They stay out until they are unlinked, but the account is not ours to change."""
    get_user_model().objects.filter(pk=undone.pk).update(is_superuser=True)
    undone.refresh_from_db()

    assert user_of(password_session(undone)) is None
    assert get_user_model().objects.get(pk=undone.pk).is_active

    provisioning.release(
        ProvisionedUser.objects.get().environment, ProvisionedUser.objects.get().pk
    )
    assert user_of(password_session(undone)) == undone.pk


def test_a_link_that_comes_to_life_again(leaver, scim, browser, contoso):
    """Not so the sessions from before, though nothing of the old link is left."""
    client = password_session(leaver)
    assert user_of(client) == leaver.pk
    provisioning.release(contoso, ProvisionedUser.objects.get().pk)
    provisioning.forget(ReleasedUser.objects.get())
    get_user_model().objects.update(is_active=True)
    created = scim.post("/Users", {"userName": leaver.email, "externalId": "other"})
    assert created.status_code == 201

    assert user_of(client) is None
    assert user_of(password_session(leaver)) == leaver.pk


def test_a_link_that_was_forgotten(leaver, browser, contoso):
    client = password_session(leaver)
    provisioning.release(contoso, ProvisionedUser.objects.get().pk)
    provisioning.forget(ReleasedUser.objects.get())
    get_user_model().objects.update(is_active=True)

    assert user_of(client) is None


def test_somebody_whose_link_is_not_in_force_any_more(
    active, person, browser, django_assert_num_queries, clock
):
    """The policy decides about the Admin, and not the first directory.

    It is asked once in a while.
    """
    get_user_model().objects.filter(pk=person.pk).update(is_superuser=True)
    person.refresh_from_db()
    client = password_session(person)
    assert user_of(client) == person.pk
    assert browser.sign_in().status_code == 400

    user, session = get_user_model().objects.get(pk=person.pk), client.session
    assert session.items()
    with django_assert_num_queries(1):
        assert not sessions.is_ended(user, session)

    user.is_superuser = False
    user.save()
    clock.skip(minutes=11)
    assert user_of(client) is None


def test_a_session_that_was_opened_after_the_deactivation(undone, rf):
    """By a product that looked at its account alone, and asks us later."""
    session = SessionStore()
    sessions.stamp(session, undone, gate.belonging_of(undone))

    assert sessions.is_ended(undone, session)

    undone.is_active = False
    assert sessions.is_ended(undone, session)


def test_a_link_that_decides_nothing(active, person, contoso):
    """Of an account that became the Admin's, in a session that knew nothing of it."""
    session = SessionStore()
    session[sessions.OPENED_AT] = timezone.now().timestamp()
    session[sessions.ENVIRONMENT] = ""
    get_user_model().objects.filter(pk=person.pk).update(is_superuser=True)
    person.refresh_from_db()

    assert not sessions.is_ended(person, session)


urlpatterns = []  # of a product without sign-in


def test_a_product_without_sign_in(client, settings):
    """Its own parameter of the name is none of Entra's."""
    settings.ROOT_URLCONF = __name__

    assert client.get("/", {"state": "open"}).status_code == 404


def test_a_user_of_a_product_s_own_middleware(undone, rf):
    """Which knows nothing of asynchronous views."""
    request = rf.get("/")
    request.user = undone

    EntraSessionMiddleware(lambda request: None)(request)

    assert request.user.is_anonymous
    assert not hasattr(request, "auser")
