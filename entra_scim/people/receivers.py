"""Erase people whose accounts the product deletes."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models.signals import pre_delete

from entra_scim.database import transactions
from entra_scim.models import ProvisionedUser

from . import erasure


def connect() -> None:
    """Connect the receivers, once however often the app is set up."""
    pre_delete.connect(
        _erase_user, get_user_model(), dispatch_uid="entra_scim.erase_user"
    )


def _erase_user(instance: Any, using: str, **kwargs: Any) -> None:
    # Before, not after: by then nothing tells which events were about the person.
    erasure.erase_user(instance)
    if using == transactions.database():  # pragma: no branch - tests/topologies has two
        # Django looked for links before theirs was locked; one may be new since.
        ProvisionedUser.objects.filter(user_id=instance.pk).delete()
