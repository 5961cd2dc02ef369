from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from entra_scim.conf import conf

from .environment import EnvironmentScopedQuerySet


class EntraSettings(models.Model):
    """What an environment's administrator copied from Entra."""

    class Cloud(models.TextChoices):
        GLOBAL = "global", _("Global (portal.azure.com, entra.microsoft.com)")
        US_GOVERNMENT = "us_government", _("US government (portal.azure.us)")
        CHINA = "china", _("China, 21Vianet (portal.azure.cn)")

    environment = models.OneToOneField(
        conf.ENVIRONMENT_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("environment"),
    )
    client_id = models.UUIDField(_("Application (client) ID"), null=True)
    tenant_id = models.UUIDField(_("Directory (tenant) ID"), null=True)
    cloud = models.CharField(
        _("Cloud"), max_length=20, choices=Cloud.choices, default=Cloud.GLOBAL
    )
    client_secret = models.TextField(default="", help_text=_("Encrypted."))
    client_secret_changed_at = models.DateTimeField(null=True)
    client_secret_expires_on = models.DateField(
        _("Client secret expires on"), null=True, db_index=True
    )

    objects = EnvironmentScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("Microsoft Entra ID settings")
        verbose_name_plural = _("Microsoft Entra ID settings")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.environment}"

    @property
    def has_ids(self) -> bool:
        """Whether both IDs are known."""
        return self.client_id is not None and self.tenant_id is not None
