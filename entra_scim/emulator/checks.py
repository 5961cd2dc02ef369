from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

from .loopback import in_development


def check_development(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that nobody deploys what signs in anybody."""
    if in_development():
        return []
    return [
        Error(
            "The local Entra is installed where DEBUG is off. It signs in anybody.",
            hint='Remove "entra_scim.emulator" from INSTALLED_APPS, except in '
            "settings for development.",
            id="entra_scim.E016",
        )
    ]
