"""Logins that Entra vouches for, and those that happen beside them."""

from __future__ import annotations

import pytest
from django.contrib import auth
from django.contrib.auth.signals import user_logged_in
from django.test import RequestFactory

from entra_scim.sign_in import sign_ins

pytestmark = pytest.mark.django_db
MODEL = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def request_(client):
    request = RequestFactory().get("/")
    request.session = client.session
    return request


def is_in(request):
    return auth.SESSION_KEY in request.session


def test_entra_vouches_for_one_login(active, bob, request_):
    """A later one of the same user, as by code of the product, asks the gate."""
    with sign_ins.vouched(bob):
        auth.login(request_, bob, backend=MODEL)
        assert is_in(request_)

    auth.login(request_, bob, backend=MODEL)

    assert not is_in(request_)


def test_entra_vouches_for_nobody_else(active, ann, bob, request_):
    """Such as the one in whose place a receiver of the product's signs somebody in."""
    with sign_ins.vouched(ann):
        auth.login(request_, bob, backend=MODEL)

    assert not is_in(request_)


def test_it_ends_where_the_login_fails(active, bob, request_):
    def fail(**kwargs):
        raise RuntimeError

    user_logged_in.connect(fail)
    try:
        with pytest.raises(RuntimeError), sign_ins.vouched(bob):
            auth.login(request_, bob, backend=MODEL)
    finally:
        user_logged_in.disconnect(fail)

    assert not sign_ins.is_vouched_for(bob)
