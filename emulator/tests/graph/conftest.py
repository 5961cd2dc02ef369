"""Somebody who asks Graph."""

from __future__ import annotations

import io
import json

import pytest

from entra_emulator.graph.tokens import Permission, issue
from entra_emulator.provisioning_site import ProvisioningSite


class Caller:
    """Asks Graph without a socket, as an administrator with permissions."""

    def __init__(self, entra, tenant, permissions=tuple(Permission)):
        self.entra = entra
        self.token = issue(entra.keys, tenant.id, permissions)

    def __call__(self, method, path, body=None, query="", status=200):
        content = b"" if body is None else json.dumps(body).encode()
        answered = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": f"/graph/v1.0{path}",
            "QUERY_STRING": query,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(content)),
            "HTTP_AUTHORIZATION": f"Bearer {self.token}",
            "HTTP_HOST": "127.0.0.1:9000",
            "REMOTE_ADDR": "127.0.0.1",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "9000",
            "wsgi.input": io.BytesIO(content),
            "wsgi.url_scheme": "http",
        }
        answer = b"".join(
            self.entra(environ, lambda code, headers: answered.append(int(code[:3])))
        )
        assert answered == [status], answer
        return json.loads(answer) if answer else {}


@pytest.fixture
def entra(tenant, entra_signing_keys):
    return ProvisioningSite([tenant], keys=entra_signing_keys)


@pytest.fixture
def graph(entra, tenant):
    return Caller(entra, tenant)


@pytest.fixture
def product(tenant):
    """An application that somebody made in the portal."""
    return tenant.add_application("Product")


@pytest.fixture
def registration(product):
    return f"/applications/{product.object_id}"


@pytest.fixture
def principal(product):
    return f"/servicePrincipals/{product.service_principal_id}"
