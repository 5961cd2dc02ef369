"""Addresses that Entra is told begin with https."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Warning


def check_proxy(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that Django learns of TLS that ends before it. For deployment only."""
    if settings.SECURE_PROXY_SSL_HEADER:
        return []
    return [
        Warning(
            "If TLS ends at a proxy, the tab offers addresses with http:// to copy to "
            "Entra, which takes https only.",
            hint="Set SECURE_PROXY_SSL_HEADER to the header that your proxy sets, such "
            'as ("HTTP_X_FORWARDED_PROTO", "https"). If this server speaks TLS itself, '
            "silence this check.",
            id="entra_scim.W008",
        )
    ]
