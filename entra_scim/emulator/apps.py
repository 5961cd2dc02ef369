from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EmulatorConfig(AppConfig):
    """Add "entra_scim.emulator" to INSTALLED_APPS for its checks and commands."""

    name = "entra_scim.emulator"
    label = "entra_scim_emulator"
    verbose_name = _("Local Entra")

    def ready(self) -> None:
        from django.core.checks import Tags, register

        from .checks import check_development

        register(check_development, Tags.security)
