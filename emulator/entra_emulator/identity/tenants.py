"""Which tenant a request is for."""

from __future__ import annotations

from collections.abc import Callable

from entra_emulator.tenant import Tenant

from .provider import IdentityProvider
from .refusals import SignInRefused

_SHARED = ("common", "organizations", "consumers")

FindProvider = Callable[[str], IdentityProvider | None]


def provider_of(find: FindProvider, tenant_id: str) -> IdentityProvider:
    """Return the identity provider that a path names.

    Raises:
        SignInRefused: The tenant is not here. Domain names are not understood.
    """
    provider = find(tenant_id)
    if provider is None and tenant_id in _SHARED:
        raise SignInRefused(50194, tenant_id)
    if provider is None:
        raise SignInRefused(90002, tenant_id)
    return provider


def base_of(host: str, tenant: Tenant) -> str:
    """Return the address of a tenant, as its issuer and endpoints begin."""
    return f"http://{host}/{tenant.id}"
