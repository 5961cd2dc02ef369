"""What is done once in a while, by one process of many."""

from __future__ import annotations

from django.db import models


class Turn(models.Model):
    """Something that is done once in a while, by whichever process comes first."""

    key = models.CharField(max_length=64, primary_key=True)
    until = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key
