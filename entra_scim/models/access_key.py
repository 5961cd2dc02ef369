from __future__ import annotations

import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .environment import EnvironmentScopedQuerySet, environment_foreign_key


class AccessKeyQuerySet(EnvironmentScopedQuerySet):
    def usable(self, now: datetime.datetime) -> Self:
        """Return the keys that open their environment at a moment."""
        return self.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=now),
            revoked_at__isnull=True,
        )


class AccessKey(models.Model):
    """A bearer key of an environment's SCIM endpoint. Only its digest is kept."""

    environment = environment_foreign_key()
    digest = models.CharField(_("digest"), max_length=64, unique=True, editable=False)
    hint = models.CharField(
        _("starts with"),
        max_length=20,
        editable=False,
        help_text=_("The first characters, to recognise the key by."),
    )
    created_at = models.DateTimeField(_("made at"), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
    )
    first_used_at = models.DateTimeField(_("first used"), null=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    expires_at = models.DateTimeField(
        _("valid until"),
        null=True,
        blank=True,
        help_text=_(
            "Empty: until you revoke it. Entra stops provisioning when its key ends."
        ),
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    objects = AccessKeyQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("SCIM access key")
        verbose_name_plural = _("SCIM access keys")

    def __str__(self) -> str:
        return f"{self.hint}…"

    def __repr__(self) -> str:
        return f"<AccessKey {self.hint}…>"

    def is_usable(self, now: datetime.datetime) -> bool:
        """Tell whether the key opens its environment at a moment."""
        return self.revoked_at is None and (
            self.expires_at is None or self.expires_at > now
        )
