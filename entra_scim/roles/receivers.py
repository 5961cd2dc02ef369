"""Let roles take effect that the product's own code saves or deletes."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete

from entra_scim.database import transactions
from entra_scim.models import EnvironmentRole
from entra_scim.models.role import role_saved

from . import definitions


def connect() -> None:
    """Connect the receivers, once however often the app is set up."""
    role_saved.connect(
        _follow_saved, EnvironmentRole, dispatch_uid="entra_scim.role_saved"
    )
    post_delete.connect(
        _follow_deleted, EnvironmentRole, dispatch_uid="entra_scim.role_deleted"
    )


def _follow_saved(
    role: EnvironmentRole, former: EnvironmentRole | None, **kwargs: Any
) -> None:
    if former is None:
        definitions.defined(role)
    else:
        definitions.changed(former, role)


def _follow_deleted(instance: EnvironmentRole, origin: Any, **kwargs: Any) -> None:
    # Else its environment is being deleted, or more: an event would be of none.
    if EnvironmentRole not in (type(origin), getattr(origin, "model", None)):
        return
    transactions.lock_environment(instance.environment)
    definitions.removed(instance)
