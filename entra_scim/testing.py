"""A local Entra for the tests of products: the extra ``emulator``, and pytest-django.

``pytest_plugins = ["entra_scim.testing"]`` in the top ``conftest.py`` offers the
fixture ``local_entra``; :class:`DjangoServer` lets it provision the product.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from entra_emulator import Person, Tenant
from entra_emulator.identity import IdentityProvider, SigningKeys
from entra_emulator.provisioning.servers import MEDIA_TYPE, Answer
from entra_emulator.server import serve
from entra_emulator.site import EmulatorSite


class DjangoServer:
    """The SCIM endpoint of the project under test, without a socket.

    ``path`` is that of the Tenant URL. Requests run in the caller's thread and
    transaction, so they see what a test has made.
    """

    def __init__(self, path: str, secret_token: str) -> None:
        self._path = path.rstrip("/")
        self._client = Client(
            raise_request_exception=False,
            headers={"authorization": f"Bearer {secret_token}"},
        )

    def send(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> Answer:
        """Send a request to Django's handler."""
        response = self._client.generic(
            method,
            self._path + path,
            "" if body is None else json.dumps(body),
            content_type=MEDIA_TYPE,
        )
        return Answer(
            status=response.status_code,
            media_type=response.headers.get("Content-Type", ""),
            body=response.content,
            retry_after=response.headers.get("Retry-After", ""),
        )


@dataclass(frozen=True, kw_only=True)
class ServedTenant:
    """A tenant whose local Entra runs for the time of a test."""

    tenant: Tenant
    url: str
    """The address of the local Entra: ENTRA_SCIM_LOCAL_AUTHORITY."""

    identity_provider: IdentityProvider

    def sign_in(self, client: Client, path: str, person: Person) -> HttpResponse:
        """Sign a person in without a browser.

        ``path`` is what the button of the project leads to. Returns what the project
        answers when the person comes back from Entra.

        Raises:
            SignInRefused: Entra stops with a page of its own that says so.
        """
        way = client.get(path)
        back = urlsplit(self.identity_provider.answer(way.headers["Location"], person))
        response: Any = client.get(f"{back.path}?{back.query}")
        answer: HttpResponse = response
        return answer


@pytest.fixture(scope="session")
def entra_signing_keys() -> SigningKeys:
    """The keys of the local Entra, for all tests: making them takes long."""
    return SigningKeys()


@pytest.fixture
def local_entra(
    entra_signing_keys: SigningKeys, settings: Any
) -> Iterator[ServedTenant]:
    """A local Entra with a tenant in which nobody is yet.

    For the project it is the cloud "local", which is for development: DEBUG is on.
    """
    tenant = Tenant()
    site = EmulatorSite(keys=entra_signing_keys)
    identity_provider = site.add(tenant)
    with serve(site) as server:
        settings.DEBUG = True
        settings.ENTRA_SCIM_LOCAL_AUTHORITY = server.url
        cache.clear()  # of what another test learned from its Entra
        yield ServedTenant(
            tenant=tenant, url=server.url, identity_provider=identity_provider
        )
