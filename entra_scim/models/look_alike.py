"""Accounts whose names look like others, found by key."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class LookAlike(models.Model):
    """An account that no index of the product finds by what its name looks like.

    One row for each key of a username or address with letters that stand for others.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    key = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("key", "user"), name="entra_scim_look_alike"
            ),
        )

    def __str__(self) -> str:
        return self.key
