"""Entra's pages, as people use them."""

from __future__ import annotations

import html
import json
import re
from types import SimpleNamespace

import pytest
import requests
from django.core.cache import cache
from django.urls import reverse

from entra_emulator import process
from entra_emulator.tenants_file import read_tenants
from tests.support.local_browser import CALLBACK
from tests.support.sign_in import Browser, activate, connect, goes_to

pytestmark = pytest.mark.django_db


DESCRIBED = [
    {
        "displayName": "Contoso",
        "id": "9f0c3f1e-5a0e-4c52-9b7f-0e3d5f7d2b11",
        "users": [
            {
                "userPrincipalName": "ann@contoso.example",
                "displayName": "Ann Smith",
                "id": "2f9a3c44-6f0b-4a55-8f6e-8d2f6f3a7c22",
            }
        ],
        "applications": [
            {
                "displayName": "Product",
                "appId": "6b1f0a7e-7f0d-4b63-8c55-2a4e9d8c1f33",
                "clientSecret": "known to the product",
                "redirectUris": [CALLBACK],
                "appRoles": ["Viewer"],
                "assignments": [
                    {"principal": "ann@contoso.example", "appRole": "Viewer"}
                ],
            }
        ],
    }
]


class PageBrowser(Browser):
    """A browser that goes to the pages of a local Entra, and comes back."""

    def at_the_picker(self, session, **form):
        """Go there with another session of HTTP, and send one of its forms."""
        address = self.start()
        page = session.get(address, timeout=10)
        [action, *_others] = re.findall(r'action="([^"]+)"', page.text)
        [token] = set(re.findall(r'middlewaretoken" value="(\w+)"', page.text))
        origin = "/".join(address.split("/")[:3])
        chosen = session.post(
            origin + html.unescape(action),
            {**form, "csrfmiddlewaretoken": token},
            headers={"Origin": origin},
            allow_redirects=False,
            timeout=10,
        )
        return self.come_back(chosen.headers["Location"])


@pytest.fixture(scope="module")
def served_entra():
    """A local Entra in a process of its own, with its pages."""
    with process.local_entra(DESCRIBED) as url:
        yield url


class TestOnPages:
    """As people with a browser do it."""

    @pytest.fixture
    def tenant(self, served_entra, settings, tmp_path):
        """The tenant that is served, for provisioning."""
        settings.DEBUG = True
        settings.ENTRA_SCIM_LOCAL_AUTHORITY = served_entra
        cache.clear()
        file = tmp_path / "tenants.json"
        file.write_text(json.dumps(DESCRIBED))
        [tenant] = read_tenants(file)
        return tenant

    @pytest.fixture
    def app(self, tenant):
        [application] = tenant.applications
        return application

    @pytest.fixture
    def person(self, tenant):
        [person] = tenant.people.values()
        return person

    @pytest.fixture
    def browser(self, settings):
        settings.ROOT_URLCONF = "tests.support.urls"
        return PageBrowser()

    @pytest.fixture
    def active(self, contoso, tenant, app):
        secret = app.secrets[0].value
        entra = SimpleNamespace(
            client_id=app.client_id, tenant_id=tenant.id, secret=secret
        )
        connect(contoso, entra)
        activate(contoso)
        return contoso

    def test_by_the_picker(self, active, user, browser, person):
        """As somebody with a browser does it, and straight through the next time."""
        session = requests.Session()
        browser.at_the_picker(session, person=person.object_id)
        assert browser.user_id == user.pk

        browser.client.logout()
        again = session.get(browser.start(), allow_redirects=False, timeout=10)
        browser.come_back(again.headers["Location"])

        assert browser.user_id == user.pk

    def test_cancelled(self, active, user, browser):
        """Entra says so to the product, which leads back."""
        page = browser.at_the_picker(requests.Session(), cancel="1")

        assert "You cancelled signing in" in page.content.decode()
        assert browser.user_id is None

    def test_signing_out_everywhere_comes_back(self, active, user, browser, person):
        """To the product's callback, which is a redirect URI."""
        browser.at_the_picker(requests.Session(), person=person.object_id)
        response = browser.client.post(
            reverse("entra_scim_oidc:sign-out"), {"everywhere": "1"}
        )

        page = requests.get(goes_to(response), timeout=10)

        assert f'content="0; url={CALLBACK}"' in page.text
