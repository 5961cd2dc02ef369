"""The page of the federated credential."""

from __future__ import annotations

import uuid
from types import SimpleNamespace

import pytest

from entra_scim.connection import configuration, credentials
from entra_scim.models import EntraConnection
from tests.support.issuer import Issuer
from tests.support.sign_in import connect
from tests.support.tab import tab, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def issuer(entra_signing_keys):
    issuer = Issuer(entra_signing_keys)
    issuer.url = "https://issuer.example"
    return issuer


@pytest.fixture
def from_file(issuer, settings, tmp_path):
    path = tmp_path / "token"
    path.write_text(issuer.assertion(), "utf-8")
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {"file": str(path)}


def connected(environment):
    ids = {"client_id": uuid.uuid4(), "tenant_id": uuid.uuid4()}
    connect(environment, SimpleNamespace(secret="x", **ids), cloud="global")


def test_the_tab_says_what_to_enter_and_uses_it(client, contoso, issuer, from_file):
    page = text_of(client.get(tab(contoso, "sign-in/federated/")))
    assert "Save both IDs under Connection first." in page

    connected(contoso)
    page = client.get(tab(contoso, "sign-in/federated/")).content.decode()
    for value in (issuer.url, issuer.subject, "api://AzureADTokenExchange"):
        assert f'value="{value}"' in page
    assert "Federated credential" in text_of(client.get(tab(contoso, "sign-in/")))

    client.post(tab(contoso, "sign-in/federated/"), {"kind": "file"})

    kept = EntraConnection.objects.get()
    newest = credentials.newest(kept)
    assert newest is not None
    assert newest.federation == "file"
    client.post(tab(contoso, "sign-in/federated/"), {"kind": "callable"})
    assert credentials.newest(EntraConnection.objects.get()) == newest


def test_a_product_that_forgot_its_setting(client, contoso, settings):
    """Says so where its administrators look."""
    connected(contoso)
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {"file": "/nowhere"}
    kept = configuration.connection_of(contoso)
    used = credentials.in_use(kept)
    credentials.use(kept, credentials.with_federation(used, "file"))
    kept.save()
    assert "gets no assertion" in text_of(
        client.get(tab(contoso, "sign-in/federated/"))
    )

    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {}

    assert "no longer configured for the federated credential" in text_of(
        client.get(tab(contoso))
    )
