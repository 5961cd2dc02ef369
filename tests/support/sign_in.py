"""People at a browser, and environments whose people sign in with Entra."""

from __future__ import annotations

import datetime
import html
import re
from urllib.parse import urlsplit

import pytest
import requests
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from entra_scim.connection import configuration
from entra_scim.models import EntraConnection


def connect(environment, entra, **changes):
    """Save what an administrator would copy from Entra."""
    values = {
        "client_id": entra.client_id,
        "tenant_id": entra.tenant_id,
        "cloud": "local",
        "client_secret": entra.secret,
        "client_secret_expires_on": timezone.localdate() + datetime.timedelta(days=99),
        **changes,
    }
    configuration.save(configuration.connection_of(environment), **values)


def activate(environment):
    """Make an environment active, past the trial."""
    now = timezone.now()
    EntraConnection.objects.for_environment(environment).update(
        activated_at=now, confirmed_at=now
    )


@pytest.fixture
def connected(contoso, entra):
    connect(contoso, entra)
    return contoso


@pytest.fixture
def active(contoso, entra):
    """Contoso, whose people sign in with Entra."""
    connect(contoso, entra)
    activate(contoso)
    return contoso


@pytest.fixture
def person(scim, ann, entra):
    """Ann, whom Entra provisioned and who is at the keyboard."""
    response = scim.post(
        "/Users", {"userName": ann.email, "externalId": entra.person.object_id}
    )
    assert response.status_code == 201
    ann.refresh_from_db()
    return ann


@pytest.fixture
def boss(contoso, scim, entra, bob):
    """Bob, who administers Contoso, is provisioned, and is at the keyboard."""
    bob.user_permissions.set(
        Permission.objects.filter(codename__in=("change_environment", "view_user"))
    )
    answer = scim.post(
        "/Users", {"userName": bob.email, "externalId": entra.person.object_id}
    )
    assert answer.status_code == 201
    bob.refresh_from_db()
    return bob


def goes_to(response):
    """Return the address that a redirect leads to, or the page after a form."""
    if response.status_code == 200:
        [address] = re.findall(r'content="0; url=([^"]+)"', response.content.decode())
        return html.unescape(address)
    assert response.status_code == 302, response.content
    return response["Location"]


class Browser:
    """Somebody's browser, which goes to Entra and comes back."""

    def __init__(self, **options):
        self.client = Client(**options)

    def start(self, environment=None, **query):
        """Follow the button, and return the address at Entra."""
        name = "environment-sign-in" if environment else "sign-in"
        arguments = [str(environment.pk)] if environment else []
        response = self.client.get(
            reverse(f"entra_scim_oidc:{name}", args=arguments), query
        )
        return goes_to(response)

    def at_entra(self, address):
        """Sign in there, and return the address to come back to."""
        response = requests.get(address, allow_redirects=False, timeout=10)
        assert response.status_code == 302, response.text
        return response.headers["Location"]

    def come_back(self, address):
        parts = urlsplit(address)
        return self.client.get(f"{parts.path}?{parts.query}")

    def sign_in(self, environment=None, **query):
        return self.come_back(self.at_entra(self.start(environment, **query)))

    @property
    def user_id(self):
        """Return who is signed in, as the next request finds it."""
        response = self.client.get("/who/")
        return response.json()["user"]


@pytest.fixture
def browser(settings):
    settings.ROOT_URLCONF = "tests.support.urls"
    return Browser()
