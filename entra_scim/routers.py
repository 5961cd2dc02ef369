"""For products whose reads go to replicas of their database."""

from __future__ import annotations

from typing import Any

from django.db import models, router

from .database import transactions


class PrimaryRouter:
    """Read where writes go, wherever something is decided.

    A replica is behind: a key that was revoked, a person who left and a role that
    was taken away would count for as long as that. Put it first in
    ``DATABASE_ROUTERS``. What the product reads elsewhere is left to its own routers.
    """

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        return router.db_for_write(model) if transactions.is_deciding() else None
