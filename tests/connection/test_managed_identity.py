"""Tokens of a machine's own endpoint: asked for seldom, and never used too long."""

from __future__ import annotations

import uuid

import pytest

from entra_emulator.server import serve
from entra_scim.connection import federation
from tests.support.issuer import Issuer

KIND = "managed_identity"


@pytest.fixture
def issuer(entra_signing_keys, settings, monkeypatch):
    """The endpoint of a machine, for an identity that no other test has."""
    issuer = Issuer(entra_signing_keys)
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {KIND: str(uuid.uuid4())}
    with serve(issuer) as server:
        issuer.url = server.url
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{server.url}/msi/token")
        yield issuer


def test_a_token_is_used_again(issuer, settings):
    """By the same identity alone."""
    first = federation.assertion(KIND)

    assert federation.assertion(KIND).reveal() == first.reveal()
    assert len(issuer.asked) == 1
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {KIND: str(uuid.uuid4())}
    federation.assertion(KIND)
    assert len(issuer.asked) == 2


@pytest.mark.parametrize("lifetime", [200, -10], ids=["ends soon", "ended"])
def test_a_token_that_ends_soon_is_asked_for_anew(issuer, lifetime):
    issuer.lifetime = lifetime

    federation.assertion(KIND)
    federation.assertion(KIND)

    assert len(issuer.asked) == 2


def test_a_token_that_does_not_say_when_it_ends_is_not_kept(issuer, monkeypatch):
    monkeypatch.setattr(issuer, "assertion", lambda: "opaque")

    federation.assertion(KIND)
    federation.assertion(KIND)

    assert len(issuer.asked) == 2


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("400 Bad Request", "Assign the identity to the machine"),
        ("429 Too Many Requests", "Try again in a minute"),
        ("500 Internal Server Error", "Try again in a minute"),
        ("418 Other", "support"),
    ],
)
def test_an_endpoint_that_fails_says_what_to_do(issuer, status, says):
    """And never what it answered, which may be a token."""
    issuer.status = status

    with pytest.raises(federation.NoAssertion, match=says) as caught:
        federation.assertion(KIND)

    assert "eyJ" not in str(caught.value)


def test_while_the_endpoint_fails_a_valid_token_still_serves(issuer):
    """But not one that has ended."""
    issuer.lifetime = 200
    first = federation.assertion(KIND)
    issuer.status = "500 Internal Server Error"

    assert federation.assertion(KIND).reveal() == first.reveal()
    issuer.status, issuer.lifetime = "200 OK", 30
    federation.assertion(KIND)
    issuer.status = "500 Internal Server Error"
    with pytest.raises(federation.NoAssertion):
        federation.assertion(KIND)


@pytest.mark.parametrize("client_id", ["", str(uuid.uuid4())])
def test_the_endpoint_is_asked_for_the_identity_that_is_meant(
    issuer, settings, client_id
):
    """By its client ID, or for the one of the machine itself."""
    issuer.lifetime = 30
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {KIND: client_id}

    federation.assertion(KIND)

    [(_header, query)] = issuer.asked
    assert query.get("client_id", [""]) == [client_id]


def test_a_kind_that_is_configured_no_more(settings):
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = {}

    with pytest.raises(federation.NoAssertion, match="has no 'managed_identity'"):
        federation.assertion(KIND)


def test_no_endpoint_says_where_there_is_one(issuer, monkeypatch):
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:9/msi/token")

    with pytest.raises(federation.NoAssertion, match="NO_PROXY=169"):
        federation.assertion(KIND)
