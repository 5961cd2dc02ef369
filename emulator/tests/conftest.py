"""A tenant for the tests, and keys that are made once."""

from __future__ import annotations

import pytest
from scim2_server.memory import InMemoryStorage

from entra_emulator import Tenant
from entra_emulator.identity import SigningKeys
from support.other_server import other_server


@pytest.fixture(scope="session")
def entra_signing_keys():
    """The keys of the local Entra, for all tests: making them takes long."""
    return SigningKeys()


@pytest.fixture
def tenant():
    return Tenant("Contoso")


@pytest.fixture
def app(tenant):
    """The application in Entra, with the app roles that the product has too."""
    application = tenant.add_application("Product")
    for value in ("Uploader", "Authorizer", "Viewer"):
        application.add_role(value)
    return application


@pytest.fixture
def role(app):
    """Return an app role by its Value."""

    def by_value(value):
        return next(role for role in app.app_roles if role.value == value)

    return by_value


@pytest.fixture
def storage():
    """Everybody who was provisioned to the other server."""
    return InMemoryStorage()


@pytest.fixture
def address(storage):
    """The other server's Tenant URL."""
    with other_server(storage) as url:
        yield url
