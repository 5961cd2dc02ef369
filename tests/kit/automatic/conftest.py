"""A product with a set-up application, its administrator, and a local Entra."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from entra_emulator.server import serve
from tests.support.automatic import Visit
from tests.support.kit_run import new_entra
from tests.support.tab import administrator, client  # noqa: F401


@pytest.fixture
def local(entra_signing_keys, settings, live_server):
    """A local Entra whose tenant is empty but for the product's set-up application."""
    entra = new_entra(entra_signing_keys)
    (tenant,) = entra.tenants
    application = tenant.add_application("Set-up of the product")
    application.is_multi_tenant = True
    application.assignment_required = False
    application.redirect_uris.append(f"{live_server.url}/entra/callback/")
    settings.ENTRA_SCIM_SETUP_CLIENT_ID = application.client_id
    settings.ENTRA_SCIM_SETUP_CLIENT_SECRET = tenant.add_secret(application).value
    settings.DEBUG = True
    with serve(entra) as server:
        settings.ENTRA_SCIM_LOCAL_AUTHORITY = entra.url = server.url
        yield entra
        for run in entra.runs.values():
            run.join()


@pytest.fixture
def visit(client, contoso, local, live_server):  # noqa: F811
    """The administrator of Contoso, at the product and at Entra."""
    return Visit(client, contoso, local, urlsplit(live_server.url).netloc)
