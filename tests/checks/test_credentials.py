"""The checks of what the product proves itself to Entra with."""

from __future__ import annotations

import uuid

import pytest

from entra_scim.checks.credentials import check_federated_credentials, check_set_up
from tests.support.checking import ids

ID = str(uuid.UUID(int=7))


def assertion():
    """What a product would get from its issuer."""


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"file": "/var/run/secrets/token"},
        {"file": "C:\\tokens\\token"},
        {"managed_identity": ""},
        {"managed_identity": ID},
        {"callable": f"{__name__}.assertion"},
    ],
)
def test_federated_credentials_that_are_fine(settings, given):
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = given

    assert check_federated_credentials(None) == []


@pytest.mark.parametrize(
    ("given", "expected", "hint"),
    [
        (["file"], "E033", "AZURE_FEDERATED_TOKEN_FILE"),
        (None, "E033", "AZURE_FEDERATED_TOKEN_FILE"),
        ({"token": "/t"}, "E034", "file, managed_identity, callable"),
        ({7: "/t"}, "E034", "file, managed_identity, callable"),
        ({"file": None}, "E034", "environment variable"),
        ({"file": ""}, "E034", "from the root"),
        ({"file": "token"}, "E034", "from the root"),
        ({"managed_identity": "web"}, "E034", "not its name"),
        ({"managed_identity": f"/subscriptions/{ID}"}, "E034", "resource ID"),
        ({"callable": "nothing.there"}, "E034", "dotted path"),
        ({"callable": "assertion"}, "E034", "dotted path"),
        ({"callable": f"{__name__}.ID"}, "E034", "dotted path"),
    ],
)
def test_a_federated_credential_that_is_wrong(settings, given, expected, hint):
    """Says what to write."""
    settings.ENTRA_SCIM_FEDERATED_CREDENTIALS = given

    (message,) = check_federated_credentials(None)

    assert ids([message]) == [expected]
    assert hint in message.hint


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"ENTRA_SCIM_SETUP_CLIENT_SECRET": "s"}, ["W035"]),
        ({"ENTRA_SCIM_SETUP_CLIENT_ID": None}, []),
        ({"ENTRA_SCIM_SETUP_CLIENT_ID": ID}, ["E031"]),
        (
            {
                "ENTRA_SCIM_SETUP_CLIENT_ID": ID,
                "ENTRA_SCIM_SETUP_CLIENT_SECRET": "s",
            },
            [],
        ),
        (
            {
                "ENTRA_SCIM_SETUP_CLIENT_ID": ID,
                "ENTRA_SCIM_FEDERATED_CREDENTIALS": {"file": "/t"},
            },
            [],
        ),
        (
            {
                "ENTRA_SCIM_SETUP_CLIENT_ID": "our set-up",
                "ENTRA_SCIM_SETUP_CLIENT_SECRET": ID,
                "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
            },
            ["E029", "E030", "E032"],
        ),
    ],
)
def test_the_set_up_application(settings, changed, expected):
    for name, value in changed.items():
        setattr(settings, name, value)

    messages = check_set_up(None)

    assert ids(messages) == expected
    assert all(message.hint for message in messages)
