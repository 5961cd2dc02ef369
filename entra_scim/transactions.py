from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.apps import apps
from django.db import (
    IntegrityError,
    OperationalError,
    connections,
    models,
    router,
    transaction,
)

from .conf import conf
from .exceptions import Busy, NotProvisioned, Taken
from .models.environment import AnyEnvironment

T = TypeVar("T")

_ATTEMPTS = 8
_LONGEST_PAUSE = 0.1  # seconds, for the first repetition

# What databases say when two transactions cannot both go on. PostgreSQL has
# SQLSTATEs, MariaDB numbers, SQLite only words.
_TRANSIENT_STATES = {"40001", "40P01", "55P03"}
_TRANSIENT_NUMBERS = {1020, 1205, 1213}
_DUPLICATE_STATE = "23505"
_DUPLICATE_NUMBER = 1062


class StaleWrite(Exception):
    """A row changed between its reading and its writing."""


def database() -> str:
    """Return the alias of the database that holds the provisioned people."""
    return router.db_for_write(apps.get_model("entra_scim", "ProvisionedUser"))


def run(work: Callable[[], T]) -> T:
    """Do work in one transaction, and once more if a constraint refuses it.

    Races end in constraints. Done again, the work sees what the other one wrote,
    and says so in its own words.

    Raises:
        Taken: A value that must be unique is there already, each time.
        IntegrityError: Another constraint refused the work each time, such as one
            of the product's that its policy does not meet.
        Busy: The database gave the work no turn.
    """
    try:
        return repeated(work)
    except IntegrityError:
        pass
    try:
        return repeated(work)
    except IntegrityError as error:
        if not _is_duplicate(error):
            raise
        raise Taken from error


def repeated(work: Callable[[], T]) -> T:
    """Do work in one transaction, and again when the database asks for that.

    Raises:
        Busy: The database gave the work no turn.
    """
    connection = connections[database()]
    for attempt in range(_ATTEMPTS):
        if attempt:  # even a pause of 0 gives the processor away
            # Spread out those who collided; nothing is secret about when.
            time.sleep(random.uniform(0, _LONGEST_PAUSE * attempt))  # noqa: S311
        try:
            with transaction.atomic(using=connection.alias):
                return work()
        except StaleWrite:
            continue
        except OperationalError as error:
            # Within a caller's transaction, a deadlock has undone that one too.
            if connection.in_atomic_block or not _is_transient(error):
                raise
    raise Busy


def lock_environment(environment: AnyEnvironment) -> None:
    """Let one transaction at a time decide about an environment's people and roles.

    Without it, somebody provisioned while a role is being made could miss the
    role: neither transaction sees what the other one is about to commit.

    Raises:
        NotProvisioned: The environment is gone.
    """
    model = apps.get_model(conf.ENVIRONMENT_MODEL)
    rows = model._base_manager.using(database()).filter(pk=environment.pk)
    if not list(for_update(rows).values_list("pk")):
        raise NotProvisioned


def for_update(queryset: models.QuerySet[Any], *of: str) -> models.QuerySet[Any]:
    """Lock the rows of a queryset as far as the database can.

    A weak lock where there is one: inserting a row with a foreign key to a
    locked one must not wait, or deadlock.
    """
    features = connections[queryset.db].features
    return queryset.select_for_update(
        of=of if features.has_select_for_update_of else (),
        no_key=features.has_select_for_no_key_update,
    )


def _is_transient(error: OperationalError) -> bool:
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) in _TRANSIENT_STATES:
        return True
    number = error.args[0] if error.args else None
    return number in _TRANSIENT_NUMBERS or "is locked" in str(error)


def _is_duplicate(error: IntegrityError) -> bool:
    if getattr(error.__cause__, "sqlstate", None) == _DUPLICATE_STATE:
        return True
    number = error.args[0] if error.args else None
    return number == _DUPLICATE_NUMBER or "UNIQUE constraint" in str(error)
