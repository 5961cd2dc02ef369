"""The links that show the guide to somebody without an account here."""

from __future__ import annotations

import datetime
from typing import Self

from django.conf import settings
from django.db import models

from .environment import EnvironmentScopedQuerySet, environment_foreign_key

LIFETIME = datetime.timedelta(days=7)
"""How long a link shows the guide at most."""


class GuideLinkQuerySet(EnvironmentScopedQuerySet):
    def usable(self, now: datetime.datetime) -> Self:
        """Return the links that show the guide at a time."""
        return self.filter(ended_at__isnull=True, created_at__gt=now - LIFETIME)


class GuideLink(models.Model):
    """A link to the guide of an environment. Its address is signed, and not kept."""

    environment = environment_foreign_key()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    last_opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(
        null=True, help_text="When it was revoked, or no longer needed."
    )

    objects = GuideLinkQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.environment}"

    @property
    def expires_at(self) -> datetime.datetime:
        """When the link stops showing the guide, if nobody ends it before."""
        return self.created_at + LIFETIME
