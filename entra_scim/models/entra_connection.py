"""How an environment is connected to Entra, and whether sign-in is active."""

from __future__ import annotations

import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from entra_scim.conf import conf

from .environment import EnvironmentScopedQuerySet

TRIAL = datetime.timedelta(minutes=30)
"""How long an activation lasts that nobody has confirmed by signing in."""


def is_active(
    activated_at: datetime.datetime | None,
    confirmed_at: datetime.datetime | None,
    now: datetime.datetime,
) -> bool:
    """Tell whether the integration is active, from its two times."""
    if activated_at is None:
        return False
    return confirmed_at is not None or now < activated_at + TRIAL


class EntraConnectionQuerySet(EnvironmentScopedQuerySet):
    def active(self, now: datetime.datetime) -> Self:
        """Return those of environments that are active at a time."""
        return self.filter(
            models.Q(confirmed_at__isnull=False)
            | models.Q(activated_at__gt=now - TRIAL),
            activated_at__isnull=False,
        )


class EntraConnection(models.Model):
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
    client_secret_expires_on = models.DateField(
        _("Client secret expires on"), null=True, db_index=True
    )

    # The app alone writes what follows: no form of a product may show or set it.
    client_secret = models.TextField(
        default="", editable=False, help_text=_("Encrypted.")
    )
    client_secret_changed_at = models.DateTimeField(null=True, editable=False)

    certificate = models.TextField(
        default="", editable=False, help_text=_("The public part, which Entra knows.")
    )
    certificate_key = models.TextField(
        default="", editable=False, help_text=_("Encrypted.")
    )
    certificate_expires_on = models.DateField(null=True, editable=False, db_index=True)
    federation = models.CharField(
        max_length=20,
        default="",
        editable=False,
        help_text=_("The kind of assertion that stands for secret and certificate."),
    )
    pending = models.TextField(
        default="",
        editable=False,
        help_text=_(
            "Encrypted. Changes that wait for a test sign-in, while the integration "
            "is active."
        ),
    )
    tested_at = models.DateTimeField(null=True, editable=False)
    tested_fingerprint = models.CharField(max_length=64, default="", editable=False)
    activated_at = models.DateTimeField(null=True, editable=False)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    confirmed_at = models.DateTimeField(null=True, editable=False)
    paused_at = models.DateTimeField(null=True, editable=False)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )

    objects = EntraConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Microsoft Entra ID settings")
        verbose_name_plural = _("Microsoft Entra ID settings")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.environment}"

    @property
    def trial_ends_at(self) -> datetime.datetime | None:
        """When an activation that nobody confirms is over; None without a trial."""
        if self.activated_at is None or self.confirmed_at is not None:
            return None
        return self.activated_at + TRIAL

    def is_active(self, now: datetime.datetime) -> bool:
        """Tell whether people of the environment sign in with Entra only.

        A trial ends by itself: nothing has to run for that, so nobody can stay
        locked out because it did not.
        """
        return is_active(self.activated_at, self.confirmed_at, now)

    @property
    def has_proof(self) -> bool:
        """Whether there is a secret, a certificate or a federated credential."""
        return bool(self.client_secret or self.certificate or self.federation)

    @property
    def has_ids(self) -> bool:
        """Whether both IDs are known."""
        return self.client_id is not None and self.tenant_id is not None
