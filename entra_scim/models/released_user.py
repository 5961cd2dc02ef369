"""Former people, whose link has ended."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .environment import EnvironmentScopedQuerySet, environment_foreign_key


class ReleasedUser(models.Model):
    """A former person, whose link has ended; only they get the account back."""

    environment = environment_foreign_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="released_users",
        verbose_name=_("user"),
        db_index=False,  # the constraint's begins with it
    )
    external_id_key = models.CharField(max_length=64, null=True)
    released_at = models.DateTimeField(_("unlinked at"))
    is_set_aside = models.BooleanField(
        default=False, help_text=_("Whether the account gave its address free.")
    )

    objects = EnvironmentScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("former person")
        verbose_name_plural = _("former people")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "environment"), name="entra_scim_released_once"
            ),
        )

    def __str__(self) -> str:
        return str(self.user)
