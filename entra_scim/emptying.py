"""Delete what the app keeps of an environment, before the environment itself.

In batches, each a transaction: a customer of 100,000 people would otherwise hold up
the others, all the longer where a database has one writer at a time.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.deletion import Collector

from . import transactions
from .conf import conf
from .models import (
    AccessKey,
    EntraSession,
    ProvisionedUser,
    ProvisioningEvent,
    ReleasedUser,
)
from .models.environment import AnyEnvironment

_BATCH = 500

_LARGE: tuple[type[models.Model], ...] = (
    ProvisionedUser,
    ReleasedUser,
    EntraSession,
    ProvisioningEvent,
)


def empty(environment: AnyEnvironment) -> None:
    """Delete an environment's keys, links and events. Accounts stay as they are.

    The keys first, so that Entra links nobody anew. Done again, it goes on where it
    was. What little is left goes with the environment.

    Raises:
        ProtectedError, RestrictedError: Something of the product's forbids to delete
            the environment. Nothing has been deleted then.
        Busy: The database gave a batch no turn.
    """
    ProductObjects(using=transactions.database()).collect([environment])
    AccessKey.objects.for_environment(environment).delete()
    for model in _LARGE:
        rows: Any = model._default_manager
        while keys := list(
            rows.for_environment(environment).order_by().values_list("pk")[:_BATCH]
        ):
            batch = rows.filter(pk__in=[pk for (pk,) in keys])
            transactions.repeated(batch.delete)


class ProductObjects(Collector):
    """Collects what is deleted with environments, but for what this app keeps."""

    def related_objects(
        self, related_model: Any, related_fields: Any, objs: Any
    ) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = super().related_objects(
            related_model, related_fields, objs
        )
        return rows.none() if is_kept_by_the_app(related_model) else rows


def is_kept_by_the_app(model: type[models.Model]) -> bool:
    """Tell whether a model is of this app, and not the environment itself."""
    own = apps.get_app_config("entra_scim")
    return model._meta.app_config is own and model._meta.label != conf.ENVIRONMENT_MODEL
