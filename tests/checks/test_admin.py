"""The product's admin: its pages, and the models in it."""

from __future__ import annotations

from types import ModuleType

import pytest
from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin, site
from django.contrib.admin.models import LogEntry
from django.contrib.admin.sites import all_sites
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.urls import include, path

from entra_scim import checks
from entra_scim.admin import EntraEnvironmentMixin, EntraUserMixin
from entra_scim.conf import conf
from tests.support.checking import ids


def test_the_admin_comes_after(monkeypatch):
    """Its front page is extended."""
    assert checks.check_admin(None) == []

    configs = list(apps.get_app_configs())
    monkeypatch.setattr(apps, "get_app_configs", lambda: reversed(configs))

    assert ids(checks.check_admin(None)) == ["W004"]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<form>A theme's own page</form>", ["W023"]),
        ('{% extends "admin/login.html" %}', []),
        ("{% load entra_scim %}{% entra_sign_in_button %}", []),
    ],
)
def test_a_theme_whose_sign_in_page_comes_first(settings, tmp_path, page, expected):
    """It may hide the button, go on to ours, or have the button itself."""
    (tmp_path / "admin").mkdir()
    (tmp_path / "admin" / "login.html").write_text(page)
    [engine] = settings.TEMPLATES[:1]
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path]}]

    messages = checks.check_admin(None)

    assert ids(messages) == expected
    assert all(str(tmp_path) in message.msg for message in messages)


def test_a_product_whose_templates_lack_the_admin_s(settings, tmp_path):
    """Its admin shows nothing at all, which is another trouble."""
    page = tmp_path / "entra_scim" / "page.html"
    page.parent.mkdir()
    page.touch()
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [engine | {"DIRS": [tmp_path], "APP_DIRS": False}]

    assert checks.check_admin(None) == []


class TestMixins:
    @pytest.fixture
    def registry(self, monkeypatch):
        [real] = [one for one in all_sites if one.name == site.name]
        for one in all_sites:  # those of other tests live until they are collected
            kept = dict(real._registry) if one is real else {}
            monkeypatch.setattr(one, "_registry", kept)
        return real._registry

    def test_an_environment_in_no_admin(self, registry):
        del registry[apps.get_model(conf.ENVIRONMENT_MODEL)]
        assert ids(checks.check_mixins(None)) == ["W024"]

    def test_admins_without_mixins(self, registry):
        environment, user = apps.get_model(conf.ENVIRONMENT_MODEL), get_user_model()
        assert checks.check_mixins(None) == []
        registry[environment] = ModelAdmin(environment, site)
        registry[user] = ModelAdmin(user, site)
        messages = checks.check_mixins(None)
        assert ids(messages) == ["W025", "W026"]
        for model, message in zip((environment, user), messages, strict=True):
            assert f"admin.site.unregister({model.__name__})." in message.hint

    def test_a_mixin_that_comes_too_late(self, registry):
        """What an admin before it says of the same is all that counts."""
        user = get_user_model()

        class Plain(ModelAdmin):
            def get_readonly_fields(self, request, obj=None):
                return ["last_login"]

        class Late(Plain, EntraUserMixin):
            pass

        class First(EntraUserMixin, Plain):
            pass

        class Harmless(type("Other", (ModelAdmin,), {}), EntraUserMixin):
            def get_readonly_fields(self, request, obj=None):
                return super().get_readonly_fields(request, obj)

        for admin, expected in ((Late, ["W026"]), (First, []), (Harmless, [])):
            registry[user] = admin(user, site)
            assert ids(checks.check_mixins(None)) == expected

    def test_mixins_of_another_model(self, registry):
        """Its pages would fail. The setting may be what is missing."""

        class Environment(EntraEnvironmentMixin, ModelAdmin):
            pass

        class Person(EntraUserMixin, ModelAdmin):
            pass

        class Proxy(get_user_model()):
            class Meta:
                app_label = "proxies"
                proxy = True

        registry[Proxy] = ModelAdmin(Proxy, site)
        assert ids(checks.check_mixins(None)) == ["W026"]
        registry[Proxy] = Person(Proxy, site)
        assert checks.check_mixins(None) == []
        registry[Session] = Environment(Session, site)
        registry[LogEntry] = Person(LogEntry, site)
        messages = checks.check_mixins(None)
        assert ids(messages) == ["E037", "E038"]
        assert "ENTRA_SCIM_ENVIRONMENT_MODEL = 'sessions.Session'" in messages[0].hint

    def test_an_admin_of_the_product_s_own(self, registry, settings):
        """Django's own is always there: it counts for nothing if no URL opens it."""
        own = AdminSite(name="back-office")
        settings.ROOT_URLCONF = ModuleType("own_site")
        settings.ROOT_URLCONF.urlpatterns = [
            path("internal/", include(([path("", own.urls)], "internal")))
        ]

        [message] = checks.check_mixins(None)

        assert message.id == "entra_scim.W024"

    def test_an_admin_at_no_address(self, registry, settings):
        """The tab may be in the product's own pages all the same."""
        settings.ROOT_URLCONF = "tests.checks.test_urls"
        assert ids(checks.check_mixins(None)) == ["W040"]

        settings.ROOT_URLCONF = "tests.support.own_pages"
        assert checks.check_mixins(None) == []

    def test_a_product_that_shows_no_users_needs_none(self, registry):
        registry.pop(get_user_model(), None)
        assert checks.check_mixins(None) == []
