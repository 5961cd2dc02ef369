"""A fixture for the tests of products that Entra provisions and signs people in to.

``pytest_plugins = ["entra_scim.emulator.pytest_plugin"]`` in the top ``conftest.py``
offers it. It needs pytest-django.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from .directory import Person
from .identity import IdentityProvider, SigningKeys
from .server import serve
from .site import EmulatorSite
from .tenant import Tenant


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
