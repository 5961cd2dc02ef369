"""A product that is reached and has nobody, so that a whole set-up takes no time."""

from __future__ import annotations

import json

import pytest
from werkzeug.wrappers import Request, Response

from entra_emulator.server import serve
from tests.support.kit_run import new_entra, settled


@Request.application
def nobody(request):
    """Answer as an endpoint of SCIM in which nobody is found."""
    schema = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
    document = {"schemas": [schema], "totalResults": 0, "Resources": []}
    return Response(json.dumps(document), content_type="application/scim+json")


@pytest.fixture(scope="session")
def address():
    with serve(nobody) as server:
        yield server.url


@pytest.fixture
def local(entra_signing_keys):
    """A local Entra with an empty tenant."""
    entra = new_entra(entra_signing_keys)
    yield entra
    settled(entra)


@pytest.fixture
def started(way, contoso, roles, address):
    """An administrator who begins, with what is saved by then."""
    return lambda: way(contoso, address)
