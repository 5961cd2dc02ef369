"""Pages of long lists that cost the same at their end as at their beginning."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db import models
from django.utils.functional import cached_property

if TYPE_CHECKING:
    AnyPaginator = Paginator[Any]
else:  # Django's class takes no parameters when it runs.
    AnyPaginator = Paginator

PAGE_SIZE = 50
MOST = 10_000
"""How many rows are counted and paged through. Nobody reads more: they search."""


class BoundedPaginator(AnyPaginator):
    """Count up to a bound, and read whole rows for the page that is shown only."""

    def __init__(self, rows: models.QuerySet[Any]) -> None:
        super().__init__(rows, PAGE_SIZE)
        self.rows = rows

    @cached_property
    def count(self) -> int:
        """How many rows there are, up to the bound."""
        return min(self._counted, MOST)

    @property
    def is_more(self) -> bool:
        """Whether there are more rows than are counted."""
        return self._counted > MOST

    @cached_property
    def _counted(self) -> int:
        return self.rows.order_by().values("pk")[: MOST + 1].count()

    @cached_property
    def num_pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, math.ceil(self.count / PAGE_SIZE))

    def page(self, number: Any) -> Page[Any]:
        number = self.validate_number(number)
        start = (number - 1) * PAGE_SIZE
        # Keys first: an index has them, and what is skipped costs no row.
        keys = list(self.rows.values_list("pk", flat=True)[start : start + PAGE_SIZE])
        found = {row.pk: row for row in self.rows.filter(pk__in=keys)}
        return Page([found[key] for key in keys if key in found], number, self)
