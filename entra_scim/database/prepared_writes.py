"""INSERTs, UPDATEs and DELETEs that are written once for a connection.

As :mod:`.prepared`, and for the same reason.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.constants import OnConflict

from .transactions import database

_ROWS_AT_ONCE = 500

_NONE = type(None)
_SCALARS: frozenset[type] = frozenset({bool, int, str, _NONE})

_PLAIN: dict[type[models.Field[Any, Any]], frozenset[type]] = {
    models.AutoField: frozenset({int, _NONE}),
    models.BigAutoField: frozenset({int, _NONE}),
    models.BooleanField: _SCALARS,
    models.CharField: _SCALARS,
    models.DateTimeField: frozenset({_NONE}),
    models.EmailField: _SCALARS,
    models.JSONField: frozenset({_NONE}),
    models.PositiveIntegerField: _SCALARS,
    models.TextField: _SCALARS,
    models.UUIDField: frozenset({_NONE}),
}
"""The types of values that every database takes as they are, in a column of such a field."""

_CONSTANTS = (dict, list)
"""Defaults that are called, and give the same each time."""


def insert(
    model: type[models.Model],
    rows: Iterable[Mapping[str, Any]],
    *,
    ignore_conflicts: bool = False,
) -> None:
    """Insert rows of one model, each by the names of its columns' attributes.

    What a row leaves out gets its field's default. As with ``bulk_create``, no
    signals are sent, and a serial is not read back.
    """
    new = list(rows)
    if not new:
        return
    connection: Any = connections[database()]
    written = _written_insert(connection, model)
    with connection.cursor() as cursor:
        for first in range(0, len(new), _ROWS_AT_ONCE):
            batch = new[first : first + _ROWS_AT_ONCE]
            cursor.execute(
                written.sql(len(batch), ignore_conflicts),
                [value for row in batch for value in written.prepared(row)],
            )


def insert_instance(instance: models.Model) -> None:
    """Insert the row of an instance, which counts as saved from then on."""
    insert(type(instance), [vars(instance)])
    instance._state.adding = False
    instance._state.db = database()


def insert_new(model: type[models.Model], row: Mapping[str, Any]) -> Any:
    """Insert a row whose primary key is a serial, and return the key."""
    connection: Any = connections[database()]
    written = _written_insert(connection, model)
    options = model._meta
    with connection.cursor() as cursor:
        if (
            not connection.features.can_return_columns_from_insert
        ):  # pragma: no cover - MariaDB, and SQLite before 3.35
            cursor.execute(written.sql(1, False), written.prepared(row))
            return connection.ops.last_insert_id(
                cursor, options.db_table, options.pk.column
            )
        key = connection.ops.quote_name(options.pk.column)
        sql = f"{written.sql(1, False)} RETURNING {key}"
        cursor.execute(sql, written.prepared(row))
        [inserted] = cursor.fetchone()
        return inserted


def update(
    model: type[models.Model], where: Mapping[str, Any], values: Mapping[str, Any]
) -> int:
    """Update the rows whose fields have just some values, which are not None.

    Returns:
        How many rows there were.
    """
    connection: Any = connections[database()]
    statements = _updates.setdefault(connection, {})
    named = (model, *where, "", *values)
    written = statements.get(named)
    if written is None:
        written = statements[named] = _written_update(connection, model, where, values)
    sql, columns = written
    parameters = [
        column.prepared(value)
        for column, value in zip(
            columns, (*values.values(), *where.values()), strict=True
        )
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: int = cursor.rowcount
    return rows


def delete(model: type[models.Model], where: Mapping[str, Any]) -> None:
    """Delete the rows whose fields have just some values, which are not None.

    Nothing is sent, and nothing else deleted: of models that no other refers to.
    """
    connection: Any = connections[database()]
    statements = _deletes.setdefault(connection, {})
    named = (model, *where)
    written = statements.get(named)
    if written is None:
        written = statements[named] = _written_delete(connection, model, where)
    sql, columns = written
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            [
                column.prepared(value)
                for column, value in zip(columns, where.values(), strict=True)
            ],
        )


class _Column:
    """A column that is written, and how its values are prepared for a connection."""

    def __init__(self, connection: Any, field: Any) -> None:
        self.attribute = field.attname
        self.quoted = connection.ops.quote_name(field.column)
        self._default = field.get_default
        self._is_constant = (
            not field.has_default()
            or not callable(field.default)
            or field.default in _CONSTANTS
        )
        self._connection = connection
        while field.is_relation:
            field = field.target_field
        self._field = field
        self._plain = _PLAIN.get(type(field), frozenset())
        self._is_uuid = type(field) is models.UUIDField
        self._has_uuids = connection.features.has_native_uuid_field

    def prepared(self, value: Any) -> Any:
        """Return a value as the database takes it, as the field itself would."""
        kind = type(value)
        if kind in self._plain:
            return value
        if self._is_uuid and kind is uuid.UUID:
            return value if self._has_uuids else value.hex
        return self._field.get_db_prep_save(value, self._connection)

    def prepared_default(self) -> Any:
        """Return what a row has that says nothing of the column."""
        if self._is_constant:
            return self._prepared_constant
        return self.prepared(self._default())

    @cached_property
    def _prepared_constant(self) -> Any:
        return self.prepared(self._default())


class _WrittenInsert:
    def __init__(self, connection: Any, model: type[models.Model]) -> None:
        self._columns = [
            _Column(connection, field)
            for field in model._meta.local_concrete_fields
            if not isinstance(field, models.AutoField)
        ]
        self._operations = connection.ops
        self._table = connection.ops.quote_name(model._meta.db_table)
        self._named = ", ".join(column.quoted for column in self._columns)
        self._places = f"({', '.join(['%s'] * len(self._columns))})"
        self._texts: dict[tuple[int, bool], str] = {}

    def sql(self, rows: int, ignore_conflicts: bool) -> str:
        text = self._texts.get((rows, ignore_conflicts))
        if text is None:
            conflicts = OnConflict.IGNORE if ignore_conflicts else None
            start = self._operations.insert_statement(on_conflict=conflicts)
            end = self._operations.on_conflict_suffix_sql((), conflicts, (), ())
            places = ", ".join([self._places] * rows)
            # Nothing but names of ours is in the text of the statement.
            text = f"{start} {self._table} ({self._named}) VALUES {places} {end}"
            self._texts[rows, ignore_conflicts] = text
        return text

    def prepared(self, row: Mapping[str, Any]) -> list[Any]:
        return [
            column.prepared(row[column.attribute])
            if column.attribute in row
            else column.prepared_default()
            for column in self._columns
        ]


_inserts: WeakKeyDictionary[
    BaseDatabaseWrapper, dict[type[models.Model], _WrittenInsert]
] = WeakKeyDictionary()
_updates: WeakKeyDictionary[
    BaseDatabaseWrapper, dict[tuple[Any, ...], tuple[str, list[_Column]]]
] = WeakKeyDictionary()
_deletes: WeakKeyDictionary[
    BaseDatabaseWrapper, dict[tuple[Any, ...], tuple[str, list[_Column]]]
] = WeakKeyDictionary()


def _written_insert(connection: Any, model: type[models.Model]) -> _WrittenInsert:
    written = _inserts.setdefault(connection, {}).get(model)
    if written is None:
        written = _inserts[connection][model] = _WrittenInsert(connection, model)
    return written


def _written_update(
    connection: Any,
    model: type[models.Model],
    where: Iterable[str],
    values: Iterable[str],
) -> tuple[str, list[_Column]]:
    changed, compared = (
        _columns(connection, model, names) for names in (values, where)
    )
    changes = ", ".join(f"{column.quoted} = %s" for column in changed)
    table = connection.ops.quote_name(model._meta.db_table)
    # Nothing but names of ours is in the text of the statement.
    sql = f"UPDATE {table} SET {changes} WHERE {_conditions(compared)}"  # noqa: S608
    return sql, [*changed, *compared]


def _written_delete(
    connection: Any, model: type[models.Model], where: Iterable[str]
) -> tuple[str, list[_Column]]:
    compared = _columns(connection, model, where)
    table = connection.ops.quote_name(model._meta.db_table)
    # Likewise.
    return f"DELETE FROM {table} WHERE {_conditions(compared)}", compared  # noqa: S608


def _columns(
    connection: Any, model: type[models.Model], names: Iterable[str]
) -> list[_Column]:
    return [_Column(connection, model._meta.get_field(name)) for name in names]


def _conditions(columns: Iterable[_Column]) -> str:
    return " AND ".join(f"{column.quoted} = %s" for column in columns)
