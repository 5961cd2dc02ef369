"""An application and somebody who signs in to it."""

from __future__ import annotations

import pytest

from entra_emulator.local_entra import LocalEntra
from entra_emulator.server import serve
from support.client_application import (
    REDIRECT_URI,
    ClientApplication,
    Visitor,
)


@pytest.fixture
def ann(tenant):
    return tenant.add_person("ann@contoso.example", "Ann Smith")


@pytest.fixture
def application(tenant, ann):
    """A product in which Ann is a viewer."""
    application = tenant.add_application("Product")
    application.redirect_uris.append(REDIRECT_URI)
    application.assign(ann, application.add_role("Viewer"))
    return application


@pytest.fixture
def secret(tenant, application):
    return tenant.add_secret(application)


@pytest.fixture
def site(tenant, entra_signing_keys):
    return LocalEntra([tenant], keys=entra_signing_keys)


@pytest.fixture
def provider(site, tenant):
    return site.identity_provider(tenant.id)


@pytest.fixture
def client_application(provider, application, secret):
    return ClientApplication(provider, application, secret)


@pytest.fixture
def server(site):
    with serve(site) as server:
        yield server


@pytest.fixture
def visitor(server, client_application):
    return Visitor(server, client_application)
