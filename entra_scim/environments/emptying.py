"""Delete what the app keeps of an environment, before the environment itself.

In batches, each a transaction: a customer of 100,000 people would otherwise hold up
the others, all the longer where a database has one writer at a time.
"""

from __future__ import annotations

import contextlib
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.deletion import Collector

from entra_scim.conf import conf
from entra_scim.database import batches, transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.exceptions import NotProvisioned
from entra_scim.models import (
    AccessKey,
    EntraConnection,
    EntraSession,
    ProvisionedUser,
    ProvisioningEvent,
    ReleasedUser,
)

_BEFORE_THE_ENVIRONMENT: tuple[type[models.Model], ...] = (
    AccessKey,
    EntraConnection,
    ProvisionedUser,
)
"""What other transactions lock before they need the environment, in their order."""

_IN_BATCHES: tuple[type[models.Model], ...] = (
    AccessKey,
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
    for model in _IN_BATCHES:
        rows: Any = model._default_manager
        batches.delete(rows.for_environment(environment).order_by())


def delete(environment: AnyEnvironment) -> None:
    """Delete an environment and everything that belongs to it. Accounts stay.

    Somebody that Entra created since the environment was emptied goes with it. Where
    somebody else has deleted it by now, there is nothing to do.

    Raises:
        ProtectedError, RestrictedError, Busy: As for :func:`empty`.
    """
    empty(environment)
    rows = type(environment)._base_manager.using(transactions.database())
    primary_key = environment.pk

    def work() -> None:
        # Before Django collects what it is going to delete: nothing comes after.
        lock(environment)
        for row in rows.filter(pk=primary_key):
            row.delete()

    transactions.run(work)


def lock(environment: AnyEnvironment) -> None:
    """Lock an environment that is to be deleted, after all that others lock before it.

    A request of Entra's locks a person and then the environment. Django deletes people
    after what belongs to them and the environment last: each would wait for the other.
    """
    for model in _BEFORE_THE_ENVIRONMENT:
        own: Any = model._default_manager
        batches.lock(own.for_environment(environment))
    with contextlib.suppress(NotProvisioned):  # somebody else has deleted it
        transactions.lock_environment(environment, completely=True)


def sweep(environment: AnyEnvironment) -> None:
    """Delete what has come to a locked environment since Django looked what there is.

    Django looks first and locks nothing: the database would refuse to delete an
    environment to which a request of Entra's has added an event by then.
    """
    # As a part of that deletion, so that receivers take it for one.
    collector = Collector(using=transactions.database(), origin=environment)
    for model in apps.get_app_config("entra_scim").get_models():
        if hasattr(model, "environment"):
            own: Any = model._default_manager
            collector.collect(own.for_environment(environment))
    collector.delete()


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
