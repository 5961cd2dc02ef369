"""Somebody's browser at the portal."""

from __future__ import annotations

import pytest

from entra_emulator.local_entra import LocalEntra
from entra_emulator.server import serve
from support.visitor import Visitor


@pytest.fixture
def application(tenant):
    return tenant.add_application("Product")


@pytest.fixture
def entra(tenant, entra_signing_keys):
    return LocalEntra([tenant], keys=entra_signing_keys)


@pytest.fixture
def served(entra):
    with serve(entra) as server:
        yield server


@pytest.fixture
def home(tenant):
    """The path of the tenant's pages."""
    return f"/portal/{tenant.id}/"


@pytest.fixture
def app_home(home, application):
    """The path of the application's pages."""
    return f"{home}{application.client_id}/"


@pytest.fixture
def visitor(served):
    return Visitor(served.url)
