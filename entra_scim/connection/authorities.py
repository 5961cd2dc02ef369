"""Where Entra is: a fixed list of hosts, never an address that somebody typed."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from entra_scim.conf import conf

LOCAL = "local"

_HOSTS = {
    "global": "https://login.microsoftonline.com",
    "us_government": "https://login.microsoftonline.us",
    "china": "https://login.partner.microsoftonline.cn",
}
"""https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud"""


def hosts() -> dict[str, str]:
    """Return the scheme and host of each cloud's sign-in service.

    A local one is among them on this machine and with ``DEBUG`` only. System checks
    say so too, but web servers start without them.
    """
    local = conf.LOCAL_AUTHORITY
    if settings.DEBUG and is_loopback(local):
        return {**_HOSTS, LOCAL: local.rstrip("/")}
    return _HOSTS


def issuer_of(cloud: str, tenant_id: UUID) -> str:
    """Return the issuer of a tenant's tokens, which is its authority too."""
    return f"{hosts()[cloud]}/{tenant_id}/v2.0"


def is_loopback(url: str) -> bool:
    """Tell whether a URL is one of this machine."""
    host = urlsplit(url).hostname
    if host is None:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
