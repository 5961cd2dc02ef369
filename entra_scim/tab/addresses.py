"""What Entra must be told of an environment: addresses, for every page that shows them."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from entra_scim.connection import authorities
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.web import names

_QUERY = "?aadOptscim062020"
"""What makes Entra send roles in one form."""


def tenant_url(request: HttpRequest, environment: AnyEnvironment) -> str:
    """Return the Tenant URL of an environment."""
    return _endpoint(request, environment) + _QUERY


def addresses_of(request: HttpRequest, environment: AnyEnvironment) -> dict[str, str]:
    """Return what Entra must be told, by name. Without sign-in, no redirect URI."""
    try:
        callback = reverse(names.full("entra_scim_oidc:callback"))
    except NoReverseMatch:
        callback = ""
    return {
        "tenant_url": tenant_url(request, environment),
        "plain_tenant_url": _endpoint(request, environment),
        "redirect_uri": callback and request.build_absolute_uri(callback),
    }


def is_insecure(request: HttpRequest) -> bool:
    """Tell whether Entra would refuse the addresses: it takes http of localhost."""
    url = request.build_absolute_uri("/")
    return url.startswith("http:") and not authorities.is_loopback(url)


def _endpoint(request: HttpRequest, environment: AnyEnvironment) -> str:
    path = reverse(
        names.full("entra_scim:base"), kwargs={"environment_id": str(environment.pk)}
    )
    return request.build_absolute_uri(f"{path}/")
