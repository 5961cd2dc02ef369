"""The Django app: it connects checks and receivers when the project starts."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EntraScimConfig(AppConfig):
    name = "entra_scim"
    verbose_name = _("Microsoft Entra ID")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks, receivers
        from .models import ProvisioningEvent
        from .story.sentences import sentence_of

        # For products that show events themselves: the tables make no sentences.
        ProvisioningEvent.add_to_class("summary", property(sentence_of))
        checks.register_checks()
        receivers.connect()
