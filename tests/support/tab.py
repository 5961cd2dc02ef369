"""The tab of an environment in the admin, and those who come there."""

from __future__ import annotations

import datetime
import re
import uuid

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import URLResolver, reverse
from django.utils import timezone

from entra_scim.conf import conf
from entra_scim.connection import credentials
from entra_scim.models import (
    ProvisionedUser,
)
from tests.support.factories import (
    UserFactory,
)

SECRET = "abc8Q~Zk3vWv1JbZ0mXk5Tq7Rn2Lp9Hd4Fs6Ga"


OBJECT_ID = "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"


ROLE = {"primary": False, "type": "WindowsAzureActiveDirectoryRole"}


def tab(environment, path=""):
    """Return the URL of an environment's tab, or of a page below it."""
    return reverse("admin:entra_tab:set_up", args=[environment.pk]) + path


def every_url(environment, ids):
    """Return the URLs of all pages of an environment's tab."""
    model_admin = django_admin.site._registry[apps.get_model(conf.ENVIRONMENT_MODEL)]
    [pages] = [one for one in model_admin.get_urls() if isinstance(one, URLResolver)]
    urls = []
    for page in pages.url_patterns:
        if page.name == "shared_guide":  # whose link lets everybody in
            continue
        arguments = {name: ids[name] for name in page.pattern.converters}
        arguments["object_id"] = environment.pk
        urls.append(reverse(f"admin:entra_tab:{page.name}", kwargs=arguments))
    return urls


def client_for(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def client(admin):
    """Somebody who may do everything."""
    return client_for(admin)


@pytest.fixture
def administrator(several_environments, contoso):
    """Somebody who administers one environment."""
    user = UserFactory(email="it@contoso.example", environment=contoso, is_staff=True)
    user.user_permissions.add(*permissions("view", "change"))
    return client_for(user)


def permissions(*actions):
    options = apps.get_model(conf.ENVIRONMENT_MODEL)._meta
    return Permission.objects.filter(
        content_type__app_label=options.app_label,
        codename__in=[f"{action}_{options.model_name}" for action in actions],
    )


def guide_link(client, url):
    """Create a link to the guide, from the guide's page at a URL, and return it."""
    page = client.post(f"{url}links/", follow=True)
    return page.context["guide_links"][0]


def text_of(response):
    """Return what a page says, without its tags."""
    assert response.status_code == 200
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(text.split()).replace("&#x27;", "'")


def secret_of(settings):
    return credentials.in_use(settings).client_secret


def provision(scim, local_part, **attributes):
    response = scim.post(
        "/Users", {"userName": f"{local_part}@contoso.example", **attributes}
    )
    assert response.status_code == 201, response.content
    return ProvisionedUser.objects.get(pk=response.json()["id"])


def saved(**changes):
    expires = timezone.localdate() + datetime.timedelta(days=200)
    return {
        "client_id": str(uuid.uuid4()),
        "tenant_id": str(uuid.uuid4()),
        "cloud": "global",
        "client_secret": SECRET,
        "client_secret_expires_on": expires.isoformat(),
        **changes,
    }


def mail_through(settings, host, port):
    """Let mail go through a server."""
    backend = "django.core.mail.backends.smtp.EmailBackend"
    if hasattr(settings, "MAILERS"):  # Django 6.1
        options = {"host": host, "port": port}
        settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
    else:
        settings.EMAIL_BACKEND = backend
        settings.EMAIL_HOST, settings.EMAIL_PORT = host, port
