"""Where Entra and people arrive."""

from __future__ import annotations

from types import ModuleType

import pytest
from django.apps import apps
from django.conf.urls.i18n import i18n_patterns
from django.urls import path
from django.utils.module_loading import import_string

from entra_scim import checks
from tests.support.checking import ids

urlpatterns = []  # for the test of a project that does not mount the endpoint


def test_the_endpoint_has_an_address(settings):
    """The tab tells it to administrators, and the callback's."""
    assert checks.check_urls(None) == []

    settings.ROOT_URLCONF = "tests.checks.test_urls"

    assert ids(checks.check_urls(None)) == ["E009", "W006"]

    settings.ROOT_URLCONF = None  # a process that answers no requests
    assert checks.check_urls(None) == []


@pytest.mark.parametrize(
    ("name", "identifier"), [("LOGIN_REDIRECT_URL", "W027"), ("LOGIN_URL", "W036")]
)
def test_a_page_to_arrive_at(settings, name, identifier):
    """Django's defaults are pages that a product may not have."""
    assert checks.check_urls(None) == []
    for nowhere in ("/accounts/profile/", "no-such-name"):
        setattr(settings, name, nowhere)
        [message] = checks.check_urls(None)
        assert message.id == f"entra_scim.{identifier}"
        assert nowhere in message.msg
    setattr(settings, name, "https://app.contoso.example/")
    assert checks.check_urls(None) == []


def test_sign_in_needs_a_session(settings):
    """Without an admin, Django does not say so."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "ions" not in name]

    assert "E036" in ids(checks.check_urls(None))


@pytest.mark.parametrize(
    ("engine", "expected"),
    [("db", ["E036"]), ("cached_db", ["E036"]), ("cache", []), ("signed_cookies", [])],
)
def test_sessions_in_the_database_need_their_app(
    settings, monkeypatch, engine, expected
):
    """Each request would fail, for want of a table."""
    settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    monkeypatch.setattr(apps, "is_installed", lambda name: "sessions" not in name)

    assert ids(checks.check_urls(None)) == expected


def test_urls_that_take_the_requests_first(settings):
    """Such as those of a program in the browser, which take all."""
    ours = import_string(f"{settings.ROOT_URLCONF}.urlpatterns")
    settings.ROOT_URLCONF = ModuleType("shadowing")
    settings.ROOT_URLCONF.urlpatterns = [path("<path:anything>", ids), *ours]

    assert ids(checks.check_urls(None)) == ["W038", "W038"]


def test_addresses_that_depend_on_the_language(settings):
    """Entra takes only Redirect URIs that are registered, and has one Tenant URL."""
    ours = import_string(f"{settings.ROOT_URLCONF}.urlpatterns")
    settings.ROOT_URLCONF = ModuleType("translated")
    settings.ROOT_URLCONF.urlpatterns = i18n_patterns(*ours)

    found = {message.id[-4:]: message.msg for message in checks.check_urls(None)}

    assert "/entra/callback/ and /" in found["W039"]
    assert "/1 and /" in found["W041"]
