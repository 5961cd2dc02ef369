"""Sign-in without any secret: an issuer vouches for the product, over HTTP."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.management import call_command

from entra_emulator.applications import FederatedCredential
from entra_emulator.server import serve
from entra_scim.connection import configuration, credentials
from entra_scim.models import EntraConnection, ProvisioningEvent
from tests.support.issuer import Issuer
from tests.support.local_browser import CALLBACK, LocalBrowser
from tests.support.sign_in import activate, connect

pytestmark = pytest.mark.django_db


@pytest.fixture
def issuer(entra_signing_keys):
    issuer = Issuer(entra_signing_keys)
    with serve(issuer) as server:
        issuer.url = server.url
        yield issuer


@pytest.fixture
def app(app, issuer):
    """The product in Entra, which trusts the issuer and has no secret."""
    app.redirect_uris.append(CALLBACK)
    app.federated_credentials.append(
        FederatedCredential(name="web", issuer=issuer.url, subject=issuer.subject)
    )
    return app


def in_file(issuer, settings, monkeypatch, folder):
    path = folder / "token"
    path.write_text(f"{issuer.assertion()}\n", "utf-8")
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {"file": str(path)}


def at_the_machine(issuer, settings, monkeypatch, folder):
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{issuer.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "of this machine")
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {"managed_identity": "an-identity"}


def of_the_product(issuer, settings, monkeypatch, folder):
    monkeypatch.setattr(of_the_product, "issuer", issuer, raising=False)
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {"callable": f"{__name__}.vouch"}


def vouch():
    return of_the_product.issuer.assertion()


SOURCES = {
    "file": in_file,
    "managed_identity": at_the_machine,
    "callable": of_the_product,
}


@pytest.fixture(params=SOURCES)
def kind(request, issuer, settings, monkeypatch, tmp_path):
    SOURCES[request.param](issuer, settings, monkeypatch, tmp_path)
    return request.param


@pytest.fixture
def from_file(issuer, settings, monkeypatch, tmp_path):
    in_file(issuer, settings, monkeypatch, tmp_path)
    return tmp_path / "token"


def use(environment, kind):
    """Let an environment prove itself by a federated credential from now on."""
    settings = configuration.connection_of(environment)
    used = credentials.in_use(settings)
    credentials.use(settings, credentials.with_federation(used, kind))
    settings.save()


@pytest.fixture
def active(contoso, tenant, app):
    secret = tenant.add_secret(app).value
    entra = SimpleNamespace(client_id=app.client_id, tenant_id=tenant.id, secret=secret)
    connect(contoso, entra)
    activate(contoso)
    app.secrets.clear()
    return contoso


@pytest.fixture
def browser(settings, local_entra, person):
    settings.ROOT_URLCONF = "tests.support.urls"
    return LocalBrowser(local_entra.identity_provider, person)


def test_no_secret_is_anywhere(active, user, browser, issuer, kind):
    """Each kind of assertion signs people in, and nothing of it is kept."""
    use(active, kind)

    assert browser.sign_in().status_code == 302
    assert browser.user_id == user.pk
    kept = EntraConnection.objects.get()
    assert (kept.client_secret, kept.certificate_key) == ("", "")
    assert kept.federation == kind
    if kind == "managed_identity":
        header, query = issuer.asked[-1]
        assert header == "of this machine"
        assert query["client_id"] == ["an-identity"]
        assert query["resource"] == ["api://AzureADTokenExchange"]


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"sub": "system:serviceaccount:other:web"}, "AADSTS700213"),
        ({"aud": "api://other"}, "AADSTS700212"),
        ({"iss": "https://other.example"}, "AADSTS700211"),
        ({"exp": 1_700_000_000}, "AADSTS700024"),
    ],
    ids=["subject", "audience", "issuer", "expired"],
)
def test_an_assertion_that_entra_does_not_trust(
    active, user, browser, issuer, from_file, claims, code
):
    use(active, "file")
    from_file.write_text(issuer.assertion(**claims), "utf-8")

    assert browser.sign_in().status_code == 400
    event = ProvisioningEvent.objects.filter(kind="sign_in_failed").latest("pk")
    assert event.reason == code


def test_an_assertion_that_somebody_else_signed(
    active, user, browser, issuer, from_file
):
    use(active, "file")
    head, _, signature = issuer.assertion().rpartition(".")
    from_file.write_text(f"{head}.{signature[::-1]}", "utf-8")

    assert browser.sign_in().status_code == 400


def test_no_assertion_is_a_reason_that_administrators_read(
    active, user, browser, from_file
):
    """Which names the setting; the log says which file is missing."""
    use(active, "file")
    from_file.unlink()

    assert browser.sign_in().status_code == 400
    event = ProvisioningEvent.objects.filter(kind="sign_in_failed").latest("pk")
    assert event.reason == "no_assertion"


def test_nothing_expires(contoso, tenant, app, from_file, capsys):
    """Nobody has to be reminded of anything."""
    entra = SimpleNamespace(client_id=app.client_id, tenant_id=tenant.id, secret="x")
    connect(contoso, entra)
    use(contoso, "file")

    call_command("entra_check_expiry")

    assert capsys.readouterr().out == ""
    assert mail.outbox == []


def test_the_ids_are_all_that_has_to_be_entered(contoso, tenant, app, from_file):
    """Where the product has a federated credential, and nothing else was saved."""
    configuration.save(
        configuration.connection_of(contoso),
        client_id=app.client_id,
        tenant_id=tenant.id,
        cloud="local",
        client_secret="",
        client_secret_expires_on=None,
    )

    kept = EntraConnection.objects.get()
    assert kept.federation == "file"
    assert configuration.is_complete(kept)
