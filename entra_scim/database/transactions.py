"""One way to open a transaction, and what to do when the database cannot go on."""

from __future__ import annotations

import contextlib
import functools
import random
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from django.apps import apps
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    connections,
    models,
    router,
    transaction,
)
from django.db.backends.base.base import BaseDatabaseWrapper
from django.views.decorators.debug import sensitive_variables

from entra_scim.conf import conf
from entra_scim.exceptions import (
    Busy,
    NotProvisioned,
    Taken,
    Unavailable,
    Unconfirmed,
)

from . import failures, hooks
from .environment_model import AnyEnvironment

T = TypeVar("T")
P = ParamSpec("P")

_ATTEMPTS = 8
_LONGEST_PAUSE = 0.1  # seconds, for the first repetition

PATIENCE = 10.0
"""How many seconds a transaction waits for others, its repetitions included."""


_deciding = ContextVar("entra_scim_deciding", default=False)


class StaleWrite(Exception):
    """A row changed between its reading and its writing."""


def database() -> str:
    """Return the alias of the database that holds the provisioned people."""
    return router.db_for_write(_model_of_people())


@functools.cache
def _model_of_people() -> Any:
    return apps.get_model("entra_scim", "ProvisionedUser")


@contextlib.contextmanager
def deciding() -> Iterator[None]:
    """Read from where writes go, with :class:`entra_scim.routers.PrimaryRouter`."""
    token = _deciding.set(True)
    try:
        yield
    finally:
        _deciding.reset(token)


def is_deciding() -> bool:
    """Tell whether reads are for a decision, which no replica may answer."""
    return _deciding.get()


@failures.told()
def run(work: Callable[[], T]) -> T:
    """Do work in one transaction, and once more if a constraint refuses it.

    Races end in constraints. Done again, the work sees what the other one wrote,
    and says so in its own words.

    Raises:
        Taken: A value that must be unique is there already, each time.
        NotStorable: A column cannot keep a value.
        IntegrityError: Another constraint refused the work each time, such as one
            of the product's that its policy does not meet.
        Busy, Unavailable, Unconfirmed: As for :func:`repeated`.
    """
    try:
        return repeated(work)
    except IntegrityError:
        pass
    try:
        return repeated(work)
    except IntegrityError as error:
        if not failures.is_duplicate(error):
            raise
        raise Taken from error


def repeated(work: Callable[[], T]) -> T:
    """Do work in one transaction, and again when the database asks for that.

    What the product wants to do after the commit (``on_commit``) takes nothing back:
    it runs, and what it raises is logged. Otherwise a failure after the commit would
    count as one of the work, which would be done twice.

    Raises:
        Busy: The database gave the work no turn. Nothing was changed.
        Unavailable: The database serves nobody now. Nothing was changed.
        Unconfirmed: The connection was lost at the commit.
    """
    with deciding():
        return _repeated(work)


def _repeated(work: Callable[[], T]) -> T:
    connection = connections[database()]
    if connection.in_atomic_block:
        return _within(connection, work)
    attempt, deadline = 0, time.monotonic() + PATIENCE
    was_lost = False
    while True:
        is_complete, used = False, connection.connection
        try:
            with transaction.atomic(using=connection.alias):
                used = connection.connection
                _prepare(connection, deadline)
                result = work()
                hooks.take_nothing_back(connection, 0)
                is_complete = True
            return result
        except StaleWrite:
            pass
        except IntegrityError:
            raise
        except (DatabaseError, InterfaceError) as error:
            # Django has opened another one by now.
            if used is not connection.connection or not _is_usable(connection):
                connection.close()
                if is_complete:
                    raise Unconfirmed from error
                if was_lost:
                    raise Unavailable from error
                was_lost = True
            elif not failures.is_transient(error):
                if failures.is_unavailable(error):
                    raise Unavailable from error
                raise
        attempt += 1
        if attempt == _ATTEMPTS or time.monotonic() > deadline:
            raise Busy
        # Spread out those who collided; nothing is secret about when. Even a pause
        # of 0 gives the processor away.
        time.sleep(random.uniform(0, _LONGEST_PAUSE * attempt))  # noqa: S311


def repeating(function: Callable[P, T]) -> Callable[P, T]:
    """Do a whole function as :func:`repeated` does.

    Arguments may be secrets, which no report of an error shows of these frames.
    """

    @functools.wraps(function)
    @sensitive_variables()
    def in_transaction(*args: P.args, **kwargs: P.kwargs) -> T:
        return repeated(sensitive_variables()(lambda: function(*args, **kwargs)))

    return in_transaction


@contextlib.contextmanager
def attempt() -> Iterator[None]:
    """Undo what is done within the context, and nothing else, if it raises.

    In a transaction of :func:`repeated`, for what may fail there.
    """
    with transaction.atomic(using=database()):
        yield


@contextlib.contextmanager
def rehearsal() -> Iterator[None]:
    """Undo all that is done within the context, whether it raises or not."""
    with deciding(), transaction.atomic(using=database()):
        yield
        transaction.set_rollback(True, using=database())


def after_commit(work: Callable[[], object]) -> None:
    """Do work once the transaction is committed. What it raises is logged."""
    transaction.on_commit(work, using=database(), robust=True)


def reading(work: Callable[[], T]) -> T:
    """Do work that only reads, once more if the connection turns out to be lost.

    A connection that is kept between requests does not survive a restart of the
    database, and nobody knows before the first statement.
    """
    connection = connections[database()]
    try:
        return work()
    except (DatabaseError, InterfaceError):
        if connection.in_atomic_block or _is_usable(connection):
            raise
    connection.close()
    return work()


def renew_connection() -> None:
    """Close a connection that was lost since it was used. Costs a round trip."""
    connection = connections[database()]
    if not (connection.in_atomic_block or _is_usable(connection)):
        connection.close()


_environment_locks: WeakKeyDictionary[BaseDatabaseWrapper, dict[bool, str]] = (
    WeakKeyDictionary()
)
"""The statements by connection: to build one takes longer than to run it."""


def lock_environment(environment: AnyEnvironment, *, completely: bool = False) -> None:
    """Let one transaction at a time decide about an environment's people and roles.

    Without it, somebody provisioned while a role is being made could miss the
    role: neither transaction sees what the other one is about to commit. Locked
    ``completely``, no row of the environment can be inserted either.

    Raises:
        NotProvisioned: The environment is gone.
    """
    connection = connections[database()]
    model: Any = apps.get_model(conf.ENVIRONMENT_MODEL)
    statements = _environment_locks.setdefault(connection, {})
    if completely not in statements:
        rows = model._base_manager.using(connection.alias).filter(pk=environment.pk)
        rows = rows.select_for_update() if completely else for_update(rows)
        query = rows.values_list("pk").query
        sql, _values = query.get_compiler(connection=connection).as_sql()
        statements[completely] = sql
    key = model._meta.pk.get_db_prep_value(environment.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(statements[completely], [key])
        if not cursor.fetchall():
            raise NotProvisioned


def lock_completely(rows: models.QuerySet[Any]) -> None:
    """Lock rows so that nothing can refer to them anew either."""
    list(rows.select_for_update().values_list("pk"))


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


def _within(connection: BaseDatabaseWrapper, work: Callable[[], T]) -> T:
    """Do work in a caller's transaction, which decides about everything else.

    What the database refuses has undone that transaction too, so that nothing can
    be repeated here.
    """
    for _attempt in range(_ATTEMPTS):
        first = len(connection.run_on_commit)
        try:
            with transaction.atomic(using=connection.alias):
                result = work()
                hooks.take_nothing_back(connection, first)
            return result
        except StaleWrite:
            continue
    raise Busy


def _prepare(connection: BaseDatabaseWrapper, deadline: float) -> None:
    """Set what our transactions rely on, whatever the product's settings are.

    Under a lock, they read what others committed while they waited for it. With
    REPEATABLE READ they would read what was there before, and leave people without
    a group. And PostgreSQL waits for a lock for ever by default.
    """
    if connection.vendor == "postgresql":
        milliseconds = max(1, int(1000 * (deadline - time.monotonic())))
        with connection.cursor() as cursor:
            cursor.execute(
                "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; "
                f"SET LOCAL lock_timeout = {milliseconds}"
            )
    elif connection.vendor == "mysql":  # pragma: no cover - MariaDB, not measured
        isolation_level = getattr(connection, "isolation_level", None)
        if isolation_level != "read committed":  # Django's default
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")


def _is_usable(connection: BaseDatabaseWrapper) -> bool:
    return connection.connection is not None and connection.is_usable()
