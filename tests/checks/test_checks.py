"""Mistakes in a project's settings, found before it starts."""

from __future__ import annotations

import importlib
import sys

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.core.checks import run_checks
from django.core.management import call_command

from entra_scim import checks
from tests.support.checking import ids

AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"


GATE = "entra_scim.backends.PasswordGate"


MODEL = "django.contrib.auth.backends.ModelBackend"


ENTRA = "entra_scim.oidc.backend.EntraBackend"


OF_ITS_OWN = "tests.checks.test_checks.OwnAuthentication"


OTHER = "django.contrib.messages.middleware.MessageMiddleware"


OURS = "entra_scim.middleware.EntraSessionMiddleware"


class NoPolicy:
    pass


class OwnAuthentication(AuthenticationMiddleware):
    pass


def test_the_project_passes(db):
    """Nothing to complain of, with the checks on databases too."""
    messages = [
        message
        for message in run_checks(databases=["default"])
        if message.id.startswith("entra_scim")
    ]
    has_names = hasattr(get_user_model(), "first_name")

    assert ids(messages) == ([] if has_names else ["W030"])


@pytest.mark.django_db
def test_the_checks_are_registered(settings):
    """They run with Django's own."""
    settings.ENTRA_SCIM_POLICY = "nothing.there"

    with pytest.raises(Exception, match=r"entra_scim\.E002"):
        call_command("check")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("ENTRA_SCIM_POLCY", "x", ["W001"]),
        ("ENTRA_SCIM_ENVIRONMENT_MODEL", "nothing", ["E001"]),
        ("ENTRA_SCIM_ENVIRONMENT_MODEL", "product.Nothing", ["E001"]),
        ("ENTRA_SCIM_ENVIRONMENT_MODEL", 7, ["E001"]),
        ("ENTRA_SCIM_POLICY", "nothing.there", ["E002"]),
        ("ENTRA_SCIM_POLICY", "nothing", ["E002"]),
        ("ENTRA_SCIM_POLICY", "tests.checks.test_checks.NoPolicy", ["E003"]),
        ("ENTRA_SCIM_POLICY", "tests.support.checking.ids", ["E003"]),
        ("ENTRA_SCIM_SESSION_AGE", 3600, []),
        ("ENTRA_SCIM_SESSION_AGE", "one hour", ["E013"]),
        ("ENTRA_SCIM_SESSION_AGE", -1, ["E013"]),
        ("ENTRA_SCIM_SESSION_AGE", 0, ["E013"]),
        ("ENTRA_SCIM_SESSION_AGE", True, ["E013"]),
        ("USE_TZ", False, ["E014"]),
    ],
)
def test_settings(settings, name, value, expected):
    """Each mistake has an id of its own, and a hint."""
    setattr(settings, name, value)

    messages = checks.check_settings(None)

    assert ids(messages) == expected
    assert all(message.hint for message in messages)


@pytest.mark.parametrize(
    ("middleware", "expected"),
    [
        ([AUTHENTICATION], ["E004"]),
        ([OURS, AUTHENTICATION], ["E005"]),
        ([AUTHENTICATION, OURS], []),
        ([AUTHENTICATION, OURS, OTHER], []),
        ([OTHER, AUTHENTICATION, OURS], []),
        ([AUTHENTICATION, OTHER, "not.there", OURS], ["W007", "W007"]),
        ([OF_ITS_OWN, OURS, OTHER], []),
        ([OURS, OF_ITS_OWN], ["E005"]),
        ([OF_ITS_OWN, OTHER, OURS], ["W007"]),
        ([OURS], []),
    ],
)
def test_middleware(settings, middleware, expected):
    """Sessions of leavers must end."""
    settings.MIDDLEWARE = middleware

    assert ids(checks.check_middleware(None)) == expected


def test_a_project_without_sessions_needs_no_middleware(settings, monkeypatch):
    """An API alone has none to end. Sessions in cookies need no app."""
    settings.MIDDLEWARE = []
    settings.AUTHENTICATION_BACKENDS = []
    monkeypatch.setattr(apps, "is_installed", lambda name: "sessions" not in name)

    assert checks.check_middleware(None) == checks.check_backends(None) == []

    settings.MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]

    assert ids(checks.check_middleware(None)) == ["E004"]
    assert ids(checks.check_backends(None)) == ["E010", "E011"]


@pytest.mark.parametrize(
    ("backends", "expected"),
    [
        ([GATE, MODEL, ENTRA], []),
        ([MODEL, GATE, ENTRA], ["E010"]),
        ([GATE, MODEL], ["E011"]),
        ([GATE, ENTRA], ["W037"]),
        (["axes.backends.AxesStandaloneBackend", GATE, MODEL, ENTRA], []),
        (["axes.backends.AxesBackend", MODEL, GATE, ENTRA], ["E010"]),
        ([], ["E010", "E011"]),
    ],
)
def test_backends(settings, backends, expected):
    """The gate comes first, or another backend takes the password."""
    settings.AUTHENTICATION_BACKENDS = backends

    assert ids(checks.check_backends(None)) == expected


def test_cookies(settings):
    """Strict loses the session on the way back from Entra."""
    assert checks.check_cookies(None) == []

    settings.SESSION_COOKIE_SAMESITE = "Strict"

    assert ids(checks.check_cookies(None)) == ["W005"]


@pytest.mark.parametrize(
    ("address", "debug", "expected"),
    [
        ("", False, []),
        ("http://127.0.0.1:9000", True, []),
        ("http://localhost:9000", True, []),
        ("http://127.0.0.1:9000", False, ["E012"]),
        ("https://evil.example", True, ["E012"]),
        ("http://127.0.0.1.evil.example", True, ["E012"]),
    ],
)
def test_a_local_authority(settings, address, debug, expected):
    """It signs in anybody: on this machine only, and in development only."""
    settings.DEBUG = debug
    settings.ENTRA_SCIM_LOCAL_AUTHORITY = address

    assert ids(checks.check_local_authority(None)) == expected


def test_the_local_entra_is_not_deployed(monkeypatch):
    """A deployment without it hears nothing."""
    assert ids(checks.check_local_entra(None)) == ["W009"]

    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "entra_emulator")
    importlib.invalidate_caches()

    assert checks.check_local_entra(None) == []


def test_encryption(settings):
    """Deriving keys from SECRET_KEY is for deployments to know; no key is an error."""
    assert ids(checks.check_encryption(None)) == ["W003"]
    assert checks.check_encryption_keys(None) == []

    settings.ENTRA_SCIM_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), "x", 7]

    assert checks.check_encryption(None) == []
    messages = checks.check_encryption_keys(None)
    assert ids(messages) == ["E008", "E008"]
    assert "Key 2" in messages[0].msg

    for value in ("one key", 7):
        settings.ENTRA_SCIM_ENCRYPTION_KEYS = value
        assert ids(checks.check_encryption_keys(None)) == ["E015"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENTRA_SCIM_POLICY", "nothing.there"),
        ("ENTRA_SCIM_POLICY", "tests.support.checking.ids"),
        ("ENTRA_SCIM_ENVIRONMENT_MODEL", "product.Nothing"),
    ],
)
def test_a_wrong_setting_is_told_once(db, settings, name, value):
    """A check that cannot ask leaves it to the one that says why."""
    settings.ENTRA_SCIM_POLICY = "entra_scim.policy.ProvisioningPolicy"
    setattr(settings, name, value)

    assert checks.check_environments(None, databases=["default"]) == []
    assert checks.check_environment_model(None, databases=["default"]) == []
    assert checks.check_routers(None, databases=["default"]) == []
    assert checks.check_mixins(None) == []
