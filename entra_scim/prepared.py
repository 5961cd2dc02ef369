"""Statements that are written once for a connection, and not for each request.

Django builds a query from its parts each time, which takes several times as long as
a database needs to find one row by key. These are for what Entra asks all the time;
everything else goes through querysets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from .transactions import database

_ROWS_AT_ONCE = 500


class Select:
    """A SELECT of whole rows of one model or several.

    ``source`` is what comes after the columns. It names the models by the names
    they are given, and their columns by their fields: ``FROM {key} WHERE
    {key.digest} = %s``. ``parameters`` are the fields that the ``%s`` compare with,
    ``"key.digest"``, which prepare the values. ``lock`` names the models whose rows
    stay locked until the end of the transaction, as far as the database can.
    """

    def __init__(
        self,
        source: str,
        parameters: Sequence[str],
        lock: Sequence[str] = (),
        **tables: type[models.Model],
    ) -> None:
        self._source = source
        self._parameters = parameters
        self._lock = lock
        self._models = tables
        self._written: WeakKeyDictionary[BaseDatabaseWrapper, _WrittenSelect] = (
            WeakKeyDictionary()
        )

    def __call__(self, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows: an instance of each model, or None where there is none."""
        connection: Any = connections[database()]
        written = self._written.get(connection)
        if written is None:
            source = f"{self._source} {_locking(connection, self._lock)}"
            written = _WrittenSelect(connection, source, self._parameters, self._models)
            self._written[connection] = written
        return written.rows(connection, values)


def insert(instances: Iterable[models.Model]) -> None:
    """Insert new instances of one model, all of whose columns but a serial are set.

    As with ``bulk_create``, no signals are sent, and a serial is not read back.
    """
    unsaved: list[Any] = list(instances)
    if not unsaved:
        return
    model: Any = type(unsaved[0])
    connection: Any = connections[database()]
    quote = connection.ops.quote_name
    fields = [
        field
        for field in model._meta.local_concrete_fields
        if not isinstance(field, models.AutoField)
    ]
    rows = [
        [
            field.get_db_prep_save(field.pre_save(instance, True), connection)
            for field in fields
        ]
        for instance in unsaved
    ]
    columns = ", ".join(quote(field.column) for field in fields)
    # Nothing but names of ours is in the text of the statement.
    start = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608
    places = f"({', '.join(['%s'] * len(fields))})"
    with connection.cursor() as cursor:
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            batch = rows[first : first + _ROWS_AT_ONCE]
            cursor.execute(
                start + ", ".join([places] * len(batch)),
                [value for row in batch for value in row],
            )
    for instance in unsaved:
        instance._state.adding = False
        instance._state.db = connection.alias


def update(
    model: type[models.Model], where: Mapping[str, Any], values: Mapping[str, Any]
) -> int:
    """Update the rows whose fields have just some values, which are not None.

    Returns:
        How many rows there were.
    """
    connection: Any = connections[database()]
    quote = connection.ops.quote_name
    meta: Any = model._meta

    def parts(named: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
        fields = [meta.get_field(name) for name in named]
        texts = [f"{quote(field.column)} = %s" for field in fields]
        prepared = [
            field.get_db_prep_save(value, connection)
            for field, value in zip(fields, named.values(), strict=True)
        ]
        return texts, prepared

    changes, parameters = parts(values)
    conditions, keys = parts(where)
    # Nothing but names of ours is in the text of the statement.
    sql = f"UPDATE {quote(meta.db_table)} SET {', '.join(changes)} "  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql + f"WHERE {' AND '.join(conditions)}", parameters + keys)
        rows: int = cursor.rowcount
    return rows


def _locking(connection: Any, of: Sequence[str]) -> str:
    features = connection.features
    if not of or not features.has_select_for_update:
        return ""
    # A weak lock where there is one, as for querysets.
    sql: str = connection.ops.for_update_sql(
        of=[connection.ops.quote_name(name) for name in of]
        if features.has_select_for_update_of
        else (),
        no_key=features.has_select_for_no_key_update,
    )
    return sql


def is_plain(model: type[models.Model]) -> bool:
    """Tell whether a model's rows can be read so: one table, no columns of GIS."""
    return not model._meta.parents and all(
        type(field).select_format is models.Field.select_format
        for field in model._meta.concrete_fields
    )


class _WrittenSelect:
    def __init__(
        self,
        connection: Any,
        source: str,
        parameters: Sequence[str],
        tables: dict[str, type[models.Model]],
    ) -> None:
        read = [_Table(connection, name, model) for name, model in tables.items()]
        by_name = {table.name: table for table in read}
        columns = ", ".join(table.columns for table in read)
        self._sql = f"SELECT {columns} {source.format(**by_name)}"
        self._tables = read
        self._fields: list[Any] = [
            by_name[name].model._meta.get_field(field)
            for name, field in (parameter.split(".") for parameter in parameters)
        ]

    def rows(self, connection: Any, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        prepared = [
            field.get_db_prep_value(value, connection)
            for field, value in zip(self._fields, values, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, prepared)
            found = cursor.fetchall()
        return [self._instances(connection, row) for row in found]

    def _instances(self, connection: Any, row: Sequence[Any]) -> tuple[Any, ...]:
        instances = []
        start = 0
        for table in self._tables:
            end = start + len(table.fields)
            instances.append(table.instance(connection, list(row[start:end])))
            start = end
        return tuple(instances)


class _Table:
    """A model in a statement. Its attributes are its columns, quoted."""

    def __init__(self, connection: Any, name: str, model: type[models.Model]) -> None:
        quote = connection.ops.quote_name
        self.name = name
        self.model = model
        self.fields: Any = model._meta.concrete_fields
        self._table = f"{quote(model._meta.db_table)} {quote(name)}"
        self._quoted = {
            field.attname: f"{quote(name)}.{quote(field.column)}"
            for field in self.fields
        }
        self.columns = ", ".join(self._quoted.values())
        self._names = [field.attname for field in self.fields]
        self._key = self.fields.index(model._meta.pk)
        self._converters = [
            (index, expression, converters)
            for index, expression in enumerate(
                field.get_col(name) for field in self.fields
            )
            if (
                converters := connection.ops.get_db_converters(expression)
                + expression.get_db_converters(connection)
            )
        ]

    def __getattr__(self, name: str) -> str:
        return self._quoted[name]

    def __str__(self) -> str:
        return self._table

    def instance(self, connection: Any, values: list[Any]) -> Any:
        if values[self._key] is None:
            return None
        for index, expression, converters in self._converters:
            for convert in converters:
                values[index] = convert(values[index], expression, connection)
        return self.model.from_db(connection.alias, self._names, values)
