"""What keeps the local Entra on this machine: it issues tokens for anybody."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port
from django.test.utils import _TestState

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


def in_development() -> bool:
    """Tell whether this is a project under development, or a run of its tests.

    Tests run with DEBUG off. What tells them is the state that
    ``setup_test_environment()`` keeps for its end. The outbox of mails does not: a
    product that keeps its mail in memory has one too, in production.
    """
    return bool(settings.DEBUG or hasattr(_TestState, "saved_data"))


def is_from_this_machine(environ: Mapping[str, Any]) -> bool:
    """Tell whether a request (PEP 3333) was sent on this machine, to this machine.

    The server may be any, and listen anywhere. A proxy is on this machine, and those
    who ask it are not; a name that leads to this machine may be somebody's else
    (DNS rebinding).
    """
    host, _port = split_domain_port(environ.get("HTTP_HOST", ""))
    return (
        is_loopback(environ.get("REMOTE_ADDR", ""))
        and is_loopback(host.strip("[]"))
        and not _PROXY_HEADERS & environ.keys()
    )
