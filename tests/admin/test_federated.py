"""The page of the federated credential."""

from __future__ import annotations

import json
import uuid
from types import SimpleNamespace

import pytest

from entra_emulator.server import serve
from entra_scim.connection import configuration, credentials
from entra_scim.models import EntraConnection
from tests.support.issuer import Issuer
from tests.support.sign_in import connect
from tests.support.step_up import age
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
    assert "Save both IDs in step 1 first." in page

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
    page = text_of(client.get(tab(contoso)))
    assert "A federated credential is in use. Leave this empty to keep it." in page
    client.post(tab(contoso, "sign-in/federated/"), {"kind": "callable"})
    assert credentials.newest(EntraConnection.objects.get()) == newest


def test_the_ids_come_first(client, contoso, from_file):
    page = client.post(
        tab(contoso, "sign-in/federated/"), {"kind": "file"}, follow=True
    )

    assert "Save both IDs in step 1 first." in text_of(page)
    assert not credentials.newest(configuration.connection_of(contoso))


def test_what_is_used_already(client, contoso, from_file):
    connected(contoso)
    url = tab(contoso, "sign-in/federated/")
    client.post(url, {"kind": "file"})

    page = client.post(url, {"kind": "file"}, follow=True)

    assert "Nothing has changed." in text_of(page)


def test_choosing_it_needs_no_proof(client, contoso, from_file):
    """It opens no way in, and replaces what nobody can sign in with any more."""
    connected(contoso)
    age(client)

    client.post(tab(contoso, "sign-in/federated/"), {"kind": "file"})

    newest = credentials.newest(configuration.connection_of(contoso))
    assert newest is not None
    assert newest.federation == "file"


def failing():
    raise RuntimeError("with a secret")


def numeric():
    return 42


def empty():
    return ""


def opaque():
    return "no token"


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (failing, "failing raised RuntimeError"),
        (numeric, "numeric returned no text"),
        (empty, "the callable gave an empty assertion"),
        (opaque, "the callable gave no token with iss and sub"),
    ],
)
def test_a_product_that_gives_no_assertion(
    client, contoso, settings, caplog, source, problem
):
    connected(contoso)
    name = f"{__name__}.{source.__name__}"
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {"callable": name}

    page = text_of(client.get(tab(contoso, "sign-in/federated/")))

    assert problem in caplog.text
    assert "own function gave no token." in page
    assert source.__name__ not in page
    assert "with a secret" not in page


class Machine:
    """Answers as the endpoint of a machine without an identity does, or with one."""

    def __init__(self, status, token):
        self.status, self.token, self.asked = status, token, []

    def __call__(self, environ, start_response):
        self.asked.append((environ["PATH_INFO"], environ.get("HTTP_METADATA")))
        start_response(self.status, [("Content-Type", "application/json")])
        return [json.dumps(self.token).encode()]


@pytest.mark.parametrize(
    ("status", "problem"), [("200 OK", ""), ("400 Bad Request", "answered 400")]
)
def test_a_virtual_machine(
    client, contoso, issuer, settings, monkeypatch, caplog, status, problem
):
    """Its address is the same on every machine: here, a proxy answers in its place."""
    connected(contoso)
    monkeypatch.delenv("IDENTITY_ENDPOINT", raising=False)
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {"managed_identity": str(uuid.uuid4())}
    machine = Machine(status, {"access_token": issuer.assertion()})

    with serve(machine) as server:
        monkeypatch.setenv("http_proxy", server.url)
        monkeypatch.setenv("no_proxy", "")
        page = client.get(tab(contoso, "sign-in/federated/")).content.decode()

    [(path, header)] = machine.asked
    assert "169.254.169.254/metadata/identity/oauth2/token" in path
    assert header == "true"
    assert problem in caplog.text
    assert ("Azure gave no token." in page) == bool(problem)
    assert (f'value="{issuer.subject}"' in page) == (not problem)


def test_a_machine_that_does_not_answer(client, contoso, settings, monkeypatch, caplog):
    connected(contoso)
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:9/")
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {"managed_identity": str(uuid.uuid4())}

    page = text_of(client.get(tab(contoso, "sign-in/federated/")))

    assert "Azure gave no token." in page
    assert "endpoint gave no answer (ConnectionError)" in caplog.text


def test_a_product_that_forgot_its_setting(client, contoso, settings, caplog):
    """Says so where its administrators look, and which file is missing in its log."""
    connected(contoso)
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {"file": "/nowhere"}
    kept = configuration.connection_of(contoso)
    used = credentials.in_use(kept)
    credentials.use(kept, credentials.with_federation(used, "file"))
    kept.save()
    page = text_of(client.get(tab(contoso, "sign-in/federated/")))
    assert "gets no assertion" in page
    assert "check the setting ENTRA_SCIM_FEDERATED_CREDENTIALS" in page
    assert "/nowhere" not in page
    assert "/nowhere" in caplog.text

    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {}

    assert "no longer configured for the federated credential" in text_of(
        client.get(tab(contoso))
    )
