"""Where Entra is: a fixed list of hosts, never an address that somebody typed."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit
from uuid import UUID

from .conf import conf

LOCAL = "local"

_HOSTS = {
    "global": "https://login.microsoftonline.com",
    "us_government": "https://login.microsoftonline.us",
    "china": "https://login.partner.microsoftonline.cn",
}
"""https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud"""


class UnknownAuthority(Exception):
    """The cloud is none of the list, or a local one that is not local."""


def host_of(cloud: str) -> str:
    """Return the scheme and host of a cloud's sign-in service.

    Raises:
        UnknownAuthority: There is none.
    """
    if cloud == LOCAL and is_loopback(conf.LOCAL_AUTHORITY):
        return conf.LOCAL_AUTHORITY.rstrip("/")
    if cloud not in _HOSTS:
        raise UnknownAuthority
    return _HOSTS[cloud]


def issuer_of(cloud: str, tenant_id: UUID) -> str:
    """Return the issuer of a tenant's tokens, which is its authority too."""
    return f"{host_of(cloud)}/{tenant_id}/v2.0"


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
