"""What keeps the local Entra on this machine: it issues tokens for anybody."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

_HOST = re.compile(r"(?P<name>[a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]+)?", re.IGNORECASE)
_PROXY_HEADERS = {
    "HTTP_FORWARDED",
    "HTTP_VIA",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_REAL_IP",
}


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine: ``localhost``, or an address of it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_from_this_machine(environ: Mapping[str, Any]) -> bool:
    """Tell whether a request (PEP 3333) was sent on this machine, to this machine.

    The server may be any, and listen anywhere. A proxy is on this machine, and those
    who ask it are not; a name that leads to this machine may be somebody's else
    (DNS rebinding).
    """
    host = _HOST.fullmatch(environ.get("HTTP_HOST", ""))
    return (
        host is not None
        and is_loopback(environ.get("REMOTE_ADDR", ""))
        and is_loopback(host["name"].lower().strip("[]"))
        and not _PROXY_HEADERS & environ.keys()
    )
