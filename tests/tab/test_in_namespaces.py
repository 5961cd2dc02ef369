"""A product that mounts everything of ours in the namespaces of a plugin."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import include, path, set_script_prefix

from entra_scim import checks
from entra_scim.access import sign_in_url
from entra_scim.conf import conf
from tests.support.checking import ids
from tests.support.tab import administrator  # noqa: F401

plugin = [
    path("scim/", include("entra_scim.scim.urls")),
    path("entra/", include("entra_scim.oidc.urls")),
    path("settings/<int:environment>/entra/", include("entra_scim.tab.urls")),
]
urlpatterns = [
    path("plugin/", include(([path("", include((plugin, "inner")))], "outer")))
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def test_entra_is_told_the_right_addresses(administrator, contoso):  # noqa: F811
    page = administrator.get(f"/plugin/settings/{contoso.pk}/entra/guide/").text

    assert f"http://testserver/plugin/scim/{contoso.pk}/" in page
    assert "http://testserver/plugin/entra/callback/" in page


def test_people_sign_in_there(active, entra, settings):
    settings.LOGIN_REDIRECT_URL = "/plugin/"
    address = sign_in_url("/plugin/")
    assert address == "/plugin/entra/sign-in/?next=%2Fplugin%2F"

    answer = Client().get(f"/plugin/entra/sign-in/{active.pk}/")

    assert "redirect_uri=http%3A%2F%2Ftestserver%2Fplugin%2Fentra%2Fcallback%2F" in (
        answer.get("Location") or answer.text
    )


def test_nobody_misses_it_in_the_admin(monkeypatch):
    """Where the product shows it in its own pages."""
    model = apps.get_model(conf.ENVIRONMENT_MODEL)
    monkeypatch.delitem(admin.site._registry, model)

    assert "W024" not in ids(checks.check_mixins(None))


def test_there_is_no_button_before_anybody_can_use_it(contoso):
    assert sign_in_url() == ""


def test_nothing_is_missing(settings):
    settings.LOGIN_URL = settings.LOGIN_REDIRECT_URL = "/plugin/entra/sign-in/"

    assert checks.check_urls(None) == []


def test_below_a_prefix_of_the_server(settings):
    set_script_prefix("/app/")
    try:
        settings.LOGIN_URL = settings.LOGIN_REDIRECT_URL = "/app/plugin/entra/sign-in/"
        assert checks.check_urls(None) == []
        settings.LOGIN_REDIRECT_URL = "/app/nowhere/"
        assert ids(checks.check_urls(None)) == ["W027"]
    finally:
        set_script_prefix("/")


def test_a_tab_that_cannot_say_what_it_did(settings):
    settings.LOGIN_URL = settings.LOGIN_REDIRECT_URL = "/plugin/entra/sign-in/"
    there = "django.contrib.messages.middleware.MessageMiddleware"
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != there]

    assert ids(checks.check_urls(None)) == ["E016"]
