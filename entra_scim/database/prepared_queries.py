"""Querysets that are asked for all the time, compiled once for a connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast
from weakref import WeakKeyDictionary

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query import ModelIterable

from .instances import maker

M = TypeVar("M", bound=models.Model)


class PreparedQuery(Generic[M]):
    """A queryset about an instance of a model, such as a user, compiled just once.

    ``build`` makes the queryset, and gets what stands for the instance. It is called
    once for a connection: whatever else it depends on must not change. Each call reads
    the rows anew::

        environments = PreparedQuery(lambda user: Environment.objects.filter(members=user), User)
        environments(request.user)

    Django takes several times as long to build and compile a queryset as a database
    to find a row by its key.
    """

    def __init__(
        self, build: Callable[[Any], models.QuerySet[M]], of: type[models.Model]
    ) -> None:
        self._build = build
        self._place = _Place(output_field=_target(of._meta.pk))
        self._queryset: models.QuerySet[M] | None = None
        self._compiled: WeakKeyDictionary[BaseDatabaseWrapper, _Compiled] = (
            WeakKeyDictionary()
        )

    def __call__(self, instance: models.Model) -> list[M]:
        """Return the rows for an instance, from the database that a read goes to.

        Raises:
            TypeError: The queryset has more than the columns of one model.
        """
        if self._queryset is None:
            self._queryset = self._build(self._place)
        connection: Any = connections[self._queryset.db]
        compiled = self._compiled.get(connection)
        if compiled is None:
            compiled = _Compiled(connection, self._queryset, self._place)
            self._compiled[connection] = compiled
        return cast("list[M]", compiled.rows(connection, instance.pk))


class _Place(models.Value):
    """Where the primary key of the instance comes in a statement."""

    def __init__(self, output_field: Any) -> None:
        super().__init__(None, output_field=output_field)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


class _Compiled:
    def __init__(
        self, connection: Any, queryset: models.QuerySet[Any], place: _Place
    ) -> None:
        query: Any = queryset.query
        compiler = query.get_compiler(connection=connection)
        self._sql, self._parameters = compiler.as_sql()
        if (
            cast(Any, queryset)._iterable_class is not ModelIterable
            or compiler.annotation_col_map
            or query.select_related
        ):
            raise TypeError("A prepared query returns the rows of one model.")
        columns = [compiler.select[i][0] for i in compiler.klass_info["select_fields"]]
        names = [column.target.attname for column in columns]
        self._make = maker(compiler.klass_info["model"], names)
        self._width = len(names)
        self._compiler = compiler
        self._converters = compiler.get_converters(columns)
        self._place = place

    def rows(self, connection: Any, key: Any) -> list[Any]:
        field = self._place.output_field
        value = field.get_db_prep_value(key, connection)
        parameters = [
            value if isinstance(one, _Place) else one for one in self._parameters
        ]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, parameters)
            found = [row[: self._width] for row in cursor.fetchall()]
        if self._converters:
            found = self._compiler.apply_converters(found, self._converters)
        return [self._make(connection.alias, row) for row in found]


def _target(field: Any) -> Any:
    while field.is_relation:
        field = field.target_field
    return field
