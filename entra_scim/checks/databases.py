"""The databases that hold people, and the routers that choose them."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Info, Warning
from django.db import connections, models, router
from django.db.migrations.recorder import MigrationRecorder

from entra_scim import migrations
from entra_scim.accounts import key_versions
from entra_scim.conf import conf
from entra_scim.database.transactions import database, deciding
from entra_scim.models import AccessKey, KeyVersion
from entra_scim.text.comparison_keys import VERSION

from .asked import environment_model, of_our_database

_APP = "entra_scim"


def check_routers(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that everything that belongs together is read and written in one place."""
    messages: list[CheckMessage] = []
    alias = database()
    for model in _models():
        written = router.db_for_write(model)
        if written != alias:
            messages.append(
                Error(
                    f"{model._meta.label} is in the database {written!r}, and the people "
                    f"whom Entra manages are in {alias!r}. One transaction changes both.",
                    hint="Let db_for_write return the same database for both.",
                    obj=model,
                    id="entra_scim.E021",
                )
            )
            continue
        with deciding():
            read = router.db_for_read(model)
        if read != written:
            messages.append(
                Error(
                    f"{model._meta.label} is read from {read!r}, which may be behind "
                    f"{written!r}: people who left would keep their access.",
                    hint="Put 'entra_scim.routers.PrimaryRouter' first in "
                    "DATABASE_ROUTERS.",
                    obj=model,
                    id="entra_scim.E022",
                )
            )
    return messages


def check_autocommit(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that a transaction ends where ours ends."""
    if connections[database()].settings_dict["AUTOCOMMIT"]:
        return []
    return [
        Error(
            "AUTOCOMMIT is off: Entra would hear that a change was made before it is.",
            hint="Remove AUTOCOMMIT from DATABASES. Django's default is on.",
            id="entra_scim.E023",
        )
    ]


@of_our_database
def check_environment_model(alias: str) -> list[CheckMessage]:
    """Check that the tables belong to the environment model of the setting.

    Migrations read the setting once, when they run. Set to another model later, they
    have nothing to do, and each row would name an environment of the former one.
    """
    environment = environment_model()
    if environment is None:
        return []
    connection = connections[alias]
    field: Any = AccessKey._meta.get_field("environment")
    with connection.cursor() as cursor:
        if AccessKey._meta.db_table not in connection.introspection.table_names(cursor):
            return []  # before the first migrate
        relations = connection.introspection.get_relations(
            cursor, AccessKey._meta.db_table
        )
    table = relations[field.column][1] if field.column in relations else None
    if table in (None, environment._meta.db_table):
        return []
    return [
        Error(
            f"ENTRA_SCIM_ENVIRONMENT_MODEL is {conf.ENVIRONMENT_MODEL!r}, and the tables "
            f"of entra_scim were made for environments in {table!r}.",
            hint="Set it back to the former model. To change it, unapply the migrations "
            "with 'migrate entra_scim zero', which deletes all links, keys and roles, "
            "and migrate again.",
            id="entra_scim.E024",
        )
    ]


@of_our_database
def check_keys(alias: str) -> list[CheckMessage]:
    """Check that people are stored with the keys that they are looked up by."""
    tables = connections[alias].introspection.table_names()
    if KeyVersion._meta.db_table not in tables:  # before migrate
        return []
    if key_versions.stored().version >= VERSION:
        return []
    return [
        Warning(
            "People are stored with keys of an older version, so nobody can be said to "
            "be missing: Entra is told to try again later.",
            hint="Run 'entra_rebuild_keys'. It goes on where it was interrupted.",
            id="entra_scim.W029",
        )
    ]


@of_our_database
def check_sql_mode(alias: str) -> list[CheckMessage]:
    """Check that MariaDB refuses what it cannot keep, and finds what Django looks for."""
    if connections[alias].vendor == "mysql":  # pragma: no cover - MariaDB, not measured
        return _messages_of_sql_mode(alias)
    return []


@of_our_database
def check_migrations(alias: str) -> list[CheckMessage]:
    """Check that nobody has forgotten ``migrate``: each of our pages would fail."""
    recorder = MigrationRecorder(connections[alias])
    if _APP in settings.MIGRATION_MODULES or not recorder.has_table():
        return []  # migrations of the product's own, or before the first migrate
    there = {name for _, name, _ in pkgutil.iter_modules(migrations.__path__)}
    applied = {name for app, name in recorder.applied_migrations() if app == _APP}
    # A deployment may check before it migrates: it is told, and not stopped.
    return [
        Info(
            f"The database lacks the migration {name} of entra_scim.",
            hint="Run 'manage.py migrate'.",
            id="entra_scim.I001",
        )
        for name in sorted(there - applied)
    ]


def _messages_of_sql_mode(  # pragma: no cover - MariaDB, not measured
    alias: str,
) -> list[CheckMessage]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT @@sql_mode")
        modes = set(cursor.fetchone()[0].split(","))
    messages: list[CheckMessage] = []
    if not modes & {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"}:
        messages.append(
            Error(
                "MariaDB's strict mode is off: what a column cannot keep is cut off or "
                "replaced by question marks, and Entra hears that it was saved.",
                hint="Add STRICT_TRANS_TABLES to sql_mode, in DATABASES under OPTIONS "
                "or in the server's settings.",
                id="entra_scim.E039",
            )
        )
    if "NO_BACKSLASH_ESCAPES" in modes:
        messages.append(
            Error(
                "MariaDB's mode NO_BACKSLASH_ESCAPES is on: Django writes _ and % with "
                "a backslash, and searches and filters for them would find nobody.",
                hint="Remove NO_BACKSLASH_ESCAPES from sql_mode.",
                id="entra_scim.E040",
            )
        )
    return messages


def _models() -> Iterator[type[models.Model]]:
    yield from apps.get_app_config("entra_scim").get_models()
    if (environment := environment_model()) is not None:
        yield environment
    user = get_user_model()
    yield user
    for field in user._meta.many_to_many:
        if field.name == "groups":
            groups: Any = field
            yield groups.related_model
            yield groups.remote_field.through
