"""Pages of long lists, of which each costs one statement for keys and one for rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db import models
from django.utils.functional import cached_property

if TYPE_CHECKING:
    AnyPaginator = Paginator[Any]
else:  # Django's class takes no parameters when it runs.
    AnyPaginator = Paginator

PAGE_SIZE = 50
MOST = 1000
"""How many rows are counted and paged through. Nobody reads more: they search."""


class BoundedPaginator(AnyPaginator):
    """Read keys up to a bound, which counts them, and whole rows for one page only.

    Where no index has what a list asks for, each statement looks at every row: one
    for the number and one for the page would be one too many.
    """

    def __init__(self, rows: models.QuerySet[Any], *related: str) -> None:
        """Page through some rows, which are read with those that are ``related``."""
        super().__init__(rows, PAGE_SIZE)
        self.rows = rows
        self.related = related

    @cached_property
    def count(self) -> int:
        """How many rows there are, up to the bound."""
        return min(len(self._keys), MOST)

    @property
    def is_more(self) -> bool:
        """Whether there are more rows than are counted."""
        return len(self._keys) > MOST

    @cached_property
    def _keys(self) -> list[Any]:
        return list(self.rows.values_list("pk", flat=True)[: MOST + 1])

    def page(self, number: Any) -> Page[Any]:
        number = self.validate_number(number)
        start = (number - 1) * PAGE_SIZE
        keys = self._keys[: self.count][start : start + PAGE_SIZE]
        # In no order: SQLite would walk through all rows of one rather than sort 50.
        whole = self.rows.model._base_manager.using(self.rows.db).order_by()
        if self.related:
            whole = whole.select_related(*self.related)
        found = whole.in_bulk(keys)
        return Page([found[key] for key in keys if key in found], number, self)
