"""Sessions that were opened with Entra, by which Entra can end them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .environment import EnvironmentScopedQuerySet, environment_foreign_key


class EntraSession(models.Model):
    """A session that somebody opened by signing in with Entra.

    Entra ends it by its ``sid``, whatever session backend holds it.
    """

    environment = environment_foreign_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    sid_key = models.CharField(max_length=64, null=True)
    opened_at = models.DateTimeField(default=timezone.now, db_index=True)
    ended_at = models.DateTimeField(null=True)

    objects = EnvironmentScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("session with Entra")
        verbose_name_plural = _("sessions with Entra")
        default_permissions = ()
        indexes = (
            models.Index(fields=("environment", "sid_key"), name="entra_scim_sid"),
            # The last one that worked, when sign-ins fail.
            models.Index(fields=("environment", "opened_at"), name="entra_scim_opened"),
        )

    def __str__(self) -> str:
        return f"{self.user}"


class EndedSessions(models.Model):
    """Since when a user must have signed in: older sessions of theirs are not used.

    By user and not by link, so that no session lives again after somebody was
    deactivated, unlinked, and linked once more.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="+",
    )
    ended_at = models.DateTimeField()

    class Meta:
        verbose_name = _("ended sessions")
        verbose_name_plural = _("ended sessions")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user}"
