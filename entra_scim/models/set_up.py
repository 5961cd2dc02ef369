"""What setting Entra up for an environment has to remember from one run to the next."""

from __future__ import annotations

from django.db import models

from entra_scim.conf import conf

from .environment import EnvironmentScopedQuerySet


class EntraSetUp(models.Model):
    """Who sets Entra up for an environment just now, and what was there before.

    Nothing secret: what signs in to Entra is in the session of who does it.
    """

    environment = models.OneToOneField(
        conf.ENVIRONMENT_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    notes = models.JSONField(default=list)
    """What runs noted for the next one, such as that they began to create something."""
    kept = models.JSONField(default=dict)
    """Documents of Entra as they were before the first change, by their names."""
    holder = models.CharField(max_length=32, default="")
    is_busy = models.BooleanField(default=False)
    held_until = models.DateTimeField(null=True)

    objects = EnvironmentScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.environment}"
