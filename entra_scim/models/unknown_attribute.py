"""Names of attributes that Entra sends and nobody knows."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .environment import EnvironmentScopedQuerySet, environment_foreign_key


class UnknownAttribute(models.Model):
    """The name of an attribute that Entra sends and this product does not know."""

    environment = environment_foreign_key()
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=64)
    seen_at = models.DateTimeField()

    objects = EnvironmentScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("unknown attribute")
        verbose_name_plural = _("unknown attributes")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("environment", "name_key"), name="entra_scim_unknown_once"
            ),
        )

    def __str__(self) -> str:
        return self.name
