"""Which tenant a request is for."""

from __future__ import annotations

from entra_emulator.web import SiteRequest

from .provider import IdentityProvider
from .refusals import SignInRefused

_SHARED = ("common", "organizations", "consumers")


def provider_of(request: SiteRequest, tenant_id: str) -> IdentityProvider:
    """Return the identity provider that the path names.

    Raises:
        SignInRefused: The tenant is not here. Domain names are not understood.
    """
    if tenant_id in _SHARED:
        raise SignInRefused(50194, tenant_id)
    provider = request.emulator.identity_provider(tenant_id)
    if provider is None:
        raise SignInRefused(90002, tenant_id)
    return provider


def base_of(request: SiteRequest, provider: IdentityProvider) -> str:
    """Return the address of a tenant, as its issuer and endpoints begin."""
    return f"{request.origin}/{provider.tenant.id}"
