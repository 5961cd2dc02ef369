"""A federated credential in an environment's document, by the command."""

from __future__ import annotations

import pytest

from entra_scim.connection import configuration, credentials
from tests.support.declared import CONNECTION, FEDERATED, Console, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def console(contoso, monkeypatch):
    return Console(contoso, monkeypatch)


def test_a_federated_credential_takes_the_place_of_a_secret(console, contoso, settings):
    """And back again; each is shown, applied again, and makes no difference."""
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {"file": "/token"}
    console.apply({"connection": CONNECTION}, "s3cret")

    changed = console.apply({"connection": {"federated_credential": "file"}})

    assert "connection.federated_credential" in changed
    shown = console.show()
    assert shown["connection"] == FEDERATED
    assert shown["state"]["client_secret"] == "set"
    assert console.apply(shown) == []
    assert console.apply({"connection": {"federated_credential": "file"}}) == []
    assert console.diff(shown) == (0, {"differences": []})
    code, told = console.diff({"connection": {"federated_credential": None}})
    assert code == 1
    assert told["differences"] == [
        {"path": "connection.federated_credential", "is": "file", "wanted": None}
    ]
    console.apply({"connection": CONNECTION}, "another")
    assert console.show()["connection"]["federated_credential"] is None
    used = credentials.in_use(configuration.connection_of(contoso))
    assert used.client_secret == "another"


def test_an_environment_begins_with_a_federated_credential(console, settings):
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {"file": "/t", "callable": "a.b"}

    console.apply({"connection": FEDERATED | {"federated_credential": "callable"}})

    shown = console.show()["connection"]
    assert shown["federated_credential"] == "callable"


@pytest.mark.parametrize(
    ("change", "secret", "said"),
    [
        ({"federated_credential": "spiffe"}, "", "has file."),
        ({"federated_credential": "file"}, "s3cret", "Give either"),
        ({"federated_credential": None}, "", "that takes its place"),
        (
            {
                "federated_credential": "file",
                "client_secret_expires_on": "2998-01-31",
            },
            "",
            "does not expire",
        ),
    ],
    ids=["unknown", "both", "neither", "expiry"],
)
def test_a_federated_credential_that_cannot_be(console, settings, change, secret, said):
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {"file": "/token"}
    console.apply({"connection": FEDERATED})

    wanted = {"connection": change}
    assert said in refused(lambda: console.apply(wanted, secret))
    assert console.show()["connection"] == FEDERATED
