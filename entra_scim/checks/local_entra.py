"""The local Entra signs in anybody: nothing of it belongs in a deployment."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from entra_scim.conf import conf
from entra_scim.connection import authorities


def check_local_authority(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that nobody is signed in by an Entra that anybody may have set up."""
    if not conf.LOCAL_AUTHORITY:
        return []
    if settings.DEBUG and authorities.is_loopback(conf.LOCAL_AUTHORITY):
        return []
    return [
        Error(
            "ENTRA_SCIM_LOCAL_AUTHORITY is for development on one machine.",
            hint="Remove it; where DEBUG is set, name an address such as "
            '"http://127.0.0.1:9000".',
            id="entra_scim.E012",
        )
    ]


def check_local_entra(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that nobody deploys what signs in anybody."""
    if importlib.util.find_spec("entra_emulator") is None:
        return []
    return [
        Warning(
            "The local Entra (entra-emulator) is installed here. It signs in anybody.",
            hint="Install the extra entra-scim[emulator] for development only.",
            id="entra_scim.W009",
        )
    ]
