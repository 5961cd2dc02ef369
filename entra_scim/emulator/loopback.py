"""What keeps the local Entra on this machine: it issues tokens for anybody."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.core import mail


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

    Tests run with DEBUG off. What tells them is the outbox, which Django's test
    environment makes:
    https://docs.djangoproject.com/en/stable/topics/testing/tools/#email-services
    """
    return settings.DEBUG or hasattr(mail, "outbox")
