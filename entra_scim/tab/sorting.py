"""Lists that are sorted by a click on a heading: a link, which needs no script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict


@dataclass(frozen=True, kw_only=True)
class Column:
    """What a list can be sorted by: only what an index holds in that order."""

    fields: tuple[str, ...] = ()
    """The order of a queryset. Empty where the rows are sorted in Python."""

    starts_descending: bool = False
    """Whether the first click shows the last ones first, such as the newest."""


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The link of a column, and how the list is sorted by it now."""

    query: str
    direction: str
    """The value of ``aria-sort``, or empty if the list is sorted by another column."""


class Sorting:
    """How a visitor wants a list to be sorted."""

    def __init__(
        self,
        query: QueryDict,
        columns: Mapping[str, Column],
        *,
        parameter: str = "sort",
    ) -> None:
        """Read the wish from a URL's query; of none, the first column decides."""
        self.parameter = parameter
        self._query = query
        self._columns = columns
        wanted = query.get(parameter, "")
        self.column = wanted.removeprefix("-")
        self.is_descending = wanted.startswith("-")
        self.is_chosen = self.column in columns
        """Whether the query asks for an order that there is."""

        if not self.is_chosen:
            self.column = next(iter(columns))
            self.is_descending = columns[self.column].starts_descending

    @property
    def value(self) -> str:
        """What a form hands on, so that a filter keeps the order."""
        return _value(self.column, self.is_descending)

    @property
    def fields(self) -> tuple[str, ...]:
        """The order for a queryset."""
        sign = "-" if self.is_descending else ""
        return tuple(f"{sign}{name}" for name in self._columns[self.column].fields)

    @property
    def headings(self) -> dict[str, Heading]:
        """The heading of each column. Its link keeps the filter, but not the page."""
        return {name: self._heading(name) for name in self._columns}

    def _heading(self, name: str) -> Heading:
        is_current = name == self.column
        descending = (
            not self.is_descending
            if is_current
            else self._columns[name].starts_descending
        )
        query = self._query.copy()
        query.pop("p", None)
        query[self.parameter] = _value(name, descending)
        now = "descending" if self.is_descending else "ascending"
        return Heading(query=query.urlencode(), direction=now if is_current else "")


def _value(column: str, is_descending: bool) -> str:
    return f"-{column}" if is_descending else column
