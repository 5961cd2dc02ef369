"""A product that is reached and has nobody, so that a whole set-up takes no time."""

from __future__ import annotations

import json

import pytest
from werkzeug.wrappers import Request, Response

from entra_emulator.server import serve


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
