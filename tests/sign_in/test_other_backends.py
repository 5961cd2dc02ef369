"""Backends of a product, beside the gate."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    aauthenticate,
    authenticate,
    get_user_model,
)
from django.contrib.auth.signals import user_login_failed

from entra_scim.backends import PasswordGate
from entra_scim.models import ProvisionedUser
from entra_scim.oidc.flow import Identity
from tests.support.backends import LinkBackend, LockingBackend

pytestmark = pytest.mark.django_db


GATE = "entra_scim.backends.PasswordGate"


MODEL = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def links(settings):
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        "tests.support.backends.LinkBackend",
    ]
    LinkBackend.links.clear()
    return LinkBackend.links


@pytest.mark.parametrize("ask", [authenticate, async_to_sync(aauthenticate)])
def test_a_link_in_a_mail(active, bob, admin, links, ask):
    """No name tells who it is; the link is followed once all the same."""
    links.update(one=bob, two=admin)

    assert ask(link="none") is None
    assert ask(link="one") is None
    assert ask(link="two") == admin
    assert links == {}


@pytest.fixture
def nameless(settings):
    """Backends that know no users, or not these, before the one that does."""
    settings.AUTHENTICATION_BACKENDS = [
        GATE,
        "tests.support.backends.Answerless",
        "tests.support.backends.LinkBackend",
        MODEL,
    ]


@pytest.mark.parametrize("get", ["get_user", "aget_user"])
def test_the_user_of_a_session_of_the_gate_s(contoso, ann, nameless, get):
    """A product that signs in by ``user.backend`` may have it in its sessions."""
    find = getattr(PasswordGate(), get)
    find = async_to_sync(find) if get == "aget_user" else find

    assert find(ann.pk) == ann
    assert find(0) is None


@pytest.mark.parametrize("ask", [authenticate, async_to_sync(aauthenticate)])
def test_an_answer_of_entra_s_passes_by(active, person, ask):
    """A product may hand it to Django, which asks the gate first."""
    identity = Identity(
        connection=None,
        credentials=None,
        claims={"oid": "x"},
        person=ProvisionedUser.objects.get(),
    )

    assert ask(None, entra_identity=identity) == person


def test_no_other_backend_is_asked_twice(active, bob, admin, work_of):
    failed = []

    def note(credentials, **kwargs):
        failed.append(credentials["username"])

    user_login_failed.connect(note)
    try:
        for name in (bob.get_username(), admin.get_username(), "nobody"):
            assert work_of(name, "wrong") == 20
    finally:
        user_login_failed.disconnect(note)

    assert failed == [bob.get_username(), admin.get_username(), "nobody"]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_another_backend_refuses(active, admin, ann, settings, place):
    """Before the gate or after it, and after another one it comes too late."""
    backends = [GATE, MODEL]
    backends.insert(place, "tests.support.backends.LockingBackend")
    settings.AUTHENTICATION_BACKENDS = backends
    LockingBackend.locked.clear()
    assert authenticate(username=admin.get_username(), password="secret") == admin
    LockingBackend.locked.add(admin.get_username())

    found = authenticate(username=admin.get_username(), password="secret")

    assert found == (admin if place == 2 else None)
    assert authenticate(username=ann.get_username(), password="secret") is None


def test_a_locked_address_does_not_lock_out_entra(active, person, browser, settings):
    """Wrong passwords of others say nothing about who signs in at Entra."""
    settings.AUTHENTICATION_BACKENDS = [
        "tests.support.backends.LockingBackend",
        *settings.AUTHENTICATION_BACKENDS,
    ]
    LockingBackend.locked.clear()
    LockingBackend.locked.add(None)  # nobody, from anywhere, as for an address

    browser.sign_in()

    assert browser.user_id == person.pk


def test_a_session_names_the_backend_that_has_answered(contoso, bob, client):
    """So that it lives on if the gate is taken out of the settings."""
    assert client.login(username=bob.get_username(), password="secret")
    assert client.session[BACKEND_SESSION_KEY] == MODEL


def test_a_second_step_signs_in_by_the_backend_of_the_first(contoso, bob, browser):
    """It keeps the path, and finds the user by the key."""
    backend = authenticate(username=bob.get_username(), password="secret").backend

    browser.client.force_login(get_user_model().objects.get(pk=bob.pk), backend)

    assert browser.user_id == bob.pk
