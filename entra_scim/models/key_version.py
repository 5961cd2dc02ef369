"""The version of the keys by which people are found."""

from __future__ import annotations

from django.db import models


class KeyVersion(models.Model):
    """The version that all stored keys have at least. There is one row.

    In a table of its own, since a column of each person would cost every write.
    """

    version = models.PositiveSmallIntegerField()
    reached = models.UUIDField(
        null=True,
        help_text="The last person that an unfinished rebuild has come to.",
    )
    target = models.PositiveSmallIntegerField(
        default=0, help_text="The version that an unfinished rebuild writes."
    )
    left_out = models.PositiveIntegerField(
        default=0, help_text="How many people an unfinished rebuild has left out."
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.version)
