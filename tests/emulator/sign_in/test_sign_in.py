"""The example product signs people in at the local Entra, over HTTP."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import pytest
from cryptography import x509
from django.core import mail
from django.urls import reverse

from entra_emulator.applications import Certificate
from entra_emulator.identity import SigningKeys, SignInRefused
from entra_emulator.sign_in_errors import SIGN_IN_ERRORS
from entra_scim.connection import configuration, credentials
from entra_scim.models import EntraSession, ProvisioningEvent
from tests.support.local_browser import CALLBACK, LocalBrowser
from tests.support.sign_in import activate, connect
from tests.support.tab import permissions, tab, text_of

pytestmark = pytest.mark.django_db


TOLD_TO_THE_PRODUCT = [
    code for code, error in SIGN_IN_ERRORS.items() if not error.on_page
]


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


@pytest.fixture
def browser(settings, provider, person):
    settings.ROOT_URLCONF = "tests.support.urls"
    return LocalBrowser(provider, person)


def test_with_a_secret(active, user, browser):
    """Somebody that Entra provisioned is in, on the page that was asked for."""
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
