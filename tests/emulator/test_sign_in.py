"""The example product signs people in at the local Entra, over HTTP."""

from __future__ import annotations

import datetime
import html
import json
import re
from types import SimpleNamespace

import pytest
import requests
from cryptography import x509
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from entra_emulator import process
from entra_emulator.applications import Certificate
from entra_emulator.identity import SigningKeys, SignInRefused
from entra_emulator.sign_in_errors import SIGN_IN_ERRORS
from entra_emulator.tenants_file import read_tenants
from entra_scim.connection import configuration, credentials
from entra_scim.models import EntraSession, ProvisioningEvent
from tests.support.sign_in import Browser, activate, connect, goes_to
from tests.support.tab import permissions, tab, text_of

pytestmark = pytest.mark.django_db

CALLBACK = "http://testserver/entra/callback/"
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
TOLD_TO_THE_PRODUCT = [
    code for code, error in SIGN_IN_ERRORS.items() if not error.on_page
]


@pytest.fixture
def tenant(local_entra):
    return local_entra.tenant


@pytest.fixture
def person(tenant, app, role):
    """Ann, as Entra knows her."""
    person = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(person, role("Viewer"))
    return person


@pytest.fixture
def user(job, person, ann):
    """Ann's account, once Entra provisioned it."""
    job.run_cycle()
    ann.refresh_from_db()
    return ann


@pytest.fixture
def provider(local_entra):
    return local_entra.identity_provider


@pytest.fixture
def connected(contoso, tenant, app):
    """Contoso, whose administrator copied what Entra shows."""
    app.redirect_uris.append(CALLBACK)
    secret = tenant.add_secret(app).value
    entra = SimpleNamespace(client_id=app.client_id, tenant_id=tenant.id, secret=secret)
    connect(contoso, entra)
    return contoso


@pytest.fixture
def active(connected):
    activate(connected)
    return connected


class LocalBrowser(Browser):
    """A browser that goes to the local Entra, and comes back."""

    def __init__(self, provider, person):
        super().__init__()
        self.provider = provider
        self.person = person

    def at_entra(self, address):
        return self.provider.answer(address, self.person)


@pytest.fixture
def browser(settings, provider, person):
    settings.ROOT_URLCONF = "tests.support.urls"
    return LocalBrowser(provider, person)


def test_with_a_secret(active, user, browser):
    """Whom Entra provisioned is in, on the page that was asked for."""
    response = browser.sign_in(next="/who/?x=1")

    assert response["Location"] == "/who/?x=1"
    assert browser.user_id == user.pk


def test_with_a_certificate(active, user, browser, app):
    """Which is uploaded in Entra; the secret is gone."""
    settings = configuration.connection_of(active)
    made = credentials.with_certificate(credentials.in_use(settings))
    credentials.use(settings, made)
    settings.save()
    certificate = x509.load_pem_x509_certificate(made.certificate.encode())
    assert browser.sign_in().status_code == 400

    app.certificates.append(Certificate(certificate=certificate))
    app.secrets.clear()

    assert browser.sign_in().status_code == 302
    assert browser.user_id == user.pk


def test_the_tab_s_test(connected, user, browser, contoso):
    """Shows the roles that Entra sends."""
    user.is_staff = True
    user.save()
    user.user_permissions.set(permissions("view", "change"))
    browser.client.force_login(
        user, backend="django.contrib.auth.backends.ModelBackend"
    )
    begun = browser.client.get(tab(contoso, "sign-in/test/"))
    to_entra = browser.client.get(begun["Location"])

    page = text_of(browser.come_back(browser.at_entra(to_entra["Location"])))

    assert "The test succeeded" in page
    assert "Viewer" in page
    assert configuration.connection_of(contoso).tested_at


def test_somebody_who_is_not_assigned(active, user, browser, app, person):
    """Entra keeps them: the product hears nothing."""
    app.unassign(person)

    with pytest.raises(SignInRefused) as refused:
        browser.sign_in()

    assert refused.value.code == 50105
    assert browser.user_id is None


def test_an_expired_secret(active, user, browser, tenant, bob):
    """Months pass in no time, and the administrators get a message."""
    tenant.clock.advance(datetime.timedelta(days=181))

    page = browser.sign_in()

    assert "AADSTS7000222" in page.content.decode()
    assert browser.user_id is None
    assert [bob.email] in [message.to for message in mail.outbox]
    assert ProvisioningEvent.objects.filter(reason="AADSTS7000222").exists()


@pytest.mark.parametrize("code", TOLD_TO_THE_PRODUCT)
def test_whatever_entra_refuses_with(active, user, browser, app, code):
    """The product has a page for it, with the code for the administrator."""
    app.provoke(code)

    page = browser.sign_in()

    assert page.status_code == 400
    assert browser.user_id is None
    if code != 65004:  # which is somebody's own decision
        assert f"AADSTS{code}" in page.content.decode()


class TestKeyRollover:
    @pytest.fixture
    def entra_signing_keys(self):
        """Those of this test alone, which changes them."""
        return SigningKeys()

    def test_is_noticed_at_once(self, active, user, browser, provider):
        browser.sign_in()
        provider.keys.roll_over()
        provider.keys.retire_old()
        browser.client.logout()

        assert browser.sign_in().status_code == 302
        assert browser.user_id == user.pk


class TestClockSkew:
    """Entra's clock, or the product's, is wrong; a minute is forgiven."""

    @pytest.mark.parametrize("seconds", [-45, 45])
    def test_a_little_is_forgiven(self, active, user, browser, provider, seconds):
        provider.clock_skew = datetime.timedelta(seconds=seconds)

        browser.sign_in()

        assert browser.user_id == user.pk

    @pytest.mark.parametrize("minutes", [10, -70])
    def test_more_is_refused_until_the_clock_is_right(
        self, active, user, browser, provider, minutes
    ):
        """Tokens are not valid yet, or no longer; nothing else is lost."""
        provider.clock_skew = datetime.timedelta(minutes=minutes)
        page = browser.sign_in()
        assert page.status_code == 400
        assert browser.user_id is None

        provider.clock_skew = datetime.timedelta()
        browser.sign_in()

        assert browser.user_id == user.pk


def test_signing_out_at_entra(
    transactional_db, live_server, active, user, browser, app, person
):
    """The product's session ends, by the sid that its token had."""
    path = reverse("entra_scim_oidc:front-channel-logout", args=[str(active.pk)])
    app.logout_url = live_server.url + path
    app.optional_claims.add("sid")
    browser.sign_in()
    assert browser.user_id == user.pk

    statuses = browser.provider.sign_out(person)

    assert list(statuses.values()) == [200]
    assert browser.user_id is None
    assert not EntraSession.objects.filter(ended_at=None).exists()


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
