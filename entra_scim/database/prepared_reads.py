"""Statements that are written once for a connection, and not for each request.

Django builds a query from its parts each time, which takes several times as long as
a database needs to find one row by key. These are for what Entra asks all the time;
everything else goes through querysets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from .instances import maker
from .transactions import database


class Select:
    """A SELECT of whole rows of one model or several.

    ``source`` is what comes after the columns. It names the models by the names
    they are given, and their columns by their fields: ``FROM {key} WHERE
    {key.digest} = %s``. ``parameters`` are the fields that the ``%s`` compare with,
    ``"key.digest"``, which prepare the values. ``lock`` names the models whose rows
    stay locked until the end of the transaction, as far as the database can. Of the
    models in ``only``, nothing but these columns is read before somebody asks.
    """

    def __init__(
        self,
        source: str,
        parameters: Sequence[str],
        lock: Sequence[str] = (),
        only: Mapping[str, Sequence[str]] | None = None,
        **tables: type[models.Model],
    ) -> None:
        self._source = source
        self._parameters = parameters
        self._lock = lock
        self._only = only or {}
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
            tables = [
                _Table(connection, name, model, self._only.get(name))
                for name, model in self._models.items()
            ]
            written = _WrittenSelect(source, self._parameters, tables)
            self._written[connection] = written
        return written.rows(connection, values)


class Rows:
    """A SELECT of values, written once for a connection.

    ``source`` names the tables and columns of ``tables`` as that of :class:`Select`
    does, by names that are not quoted again: ``SELECT {user.id} FROM {user} WHERE
    {user.username} = %s``. ``parameters`` are as there.
    """

    def __init__(
        self, source: str, parameters: Sequence[str], **tables: type[models.Model]
    ) -> None:
        self._source = source
        self._parameters = parameters
        self._models = tables
        self._written: WeakKeyDictionary[BaseDatabaseWrapper, _Written] = (
            WeakKeyDictionary()
        )

    def __call__(self, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows, as the database has their values."""
        connection: Any = connections[database()]
        written = self._written.get(connection)
        if written is None:
            tables = [
                _Table(connection, name, model) for name, model in self._models.items()
            ]
            written = _Written(self._source, self._parameters, tables)
            self._written[connection] = written
        return written.fetched(connection, values)


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


class _Written:
    """A statement with the columns of tables in it, and what prepares its values."""

    def __init__(
        self, source: str, parameters: Sequence[str], tables: Sequence[_Table]
    ) -> None:
        by_name = {table.name: table for table in tables}
        self._sql = source.format(**by_name)
        self._fields: list[Any] = [
            by_name[name].model._meta.get_field(field)
            for name, field in (parameter.split(".") for parameter in parameters)
        ]

    def fetched(self, connection: Any, values: Sequence[Any]) -> list[Any]:
        prepared = [
            field.get_db_prep_value(value, connection)
            for field, value in zip(self._fields, values, strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, prepared)
            return list(cursor.fetchall())


class _WrittenSelect(_Written):
    def __init__(
        self, source: str, parameters: Sequence[str], tables: Sequence[_Table]
    ) -> None:
        self._tables = tables
        columns = ", ".join(table.columns for table in tables)
        super().__init__(f"SELECT {columns} {source}", parameters, tables)

    def rows(self, connection: Any, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        found = self.fetched(connection, values)
        return [self._instances(connection, row) for row in found]

    def _instances(self, connection: Any, row: Sequence[Any]) -> tuple[Any, ...]:
        instances = []
        start = 0
        for table in self._tables:
            end = start + table.width
            instances.append(table.instance(connection, list(row[start:end])))
            start = end
        return tuple(instances)


class _Table:
    """A model in a statement. Its attributes are its columns, quoted."""

    def __init__(
        self,
        connection: Any,
        name: str,
        model: type[models.Model],
        only: Sequence[str] | None = None,
    ) -> None:
        quote = connection.ops.quote_name
        self.name = name
        self.model = model
        self._table = f"{quote(model._meta.db_table)} {quote(name)}"
        self._quoted = {
            field.attname: f"{quote(name)}.{quote(field.column)}"
            for field in model._meta.concrete_fields
        }
        fields: list[Any] = [
            field
            for field in model._meta.concrete_fields
            if only is None or field.attname in only
        ]
        self.width = len(fields)
        self._names = [field.attname for field in fields]
        self.columns = ", ".join(self._quoted[attname] for attname in self._names)
        self._key = fields.index(model._meta.pk)
        self._make = maker(model, self._names)
        self._converters = [
            (index, expression, converters)
            for index, expression in enumerate(field.get_col(name) for field in fields)
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
        return self._make(connection.alias, values)
