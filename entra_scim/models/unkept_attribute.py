from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .environment import EnvironmentScopedQuerySet, environment_foreign_key


class UnkeptAttribute(models.Model):
    """The name of an attribute that Entra sends and nobody keeps: a useless mapping."""

    environment = environment_foreign_key()
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=64)
    seen_at = models.DateTimeField()

    objects = EnvironmentScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("attribute that is not kept")
        verbose_name_plural = _("attributes that are not kept")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("environment", "name_key"), name="entra_scim_unkept_once"
            ),
        )

    def __str__(self) -> str:
        return self.name
