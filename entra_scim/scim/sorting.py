"""The order of listings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from scim2_models import InvalidPathException, InvalidValueException, Path
from scim2_models.path import AttrPath

from entra_scim.document.catalogue import SORTABLE

from . import columns

PAGES = ("created", "id")
"""The order of pages, which new people come at the end of."""

_LONGEST = 200  # characters: with its URN, no attribute's name is longer
_SORTABLE = {path.lower(): attribute for path, attribute in SORTABLE.items()}


def order_of(sort_by: str, descending: bool) -> tuple[Any, ...]:
    """Return what to order people by, for ``sortBy`` (RFC 7644 §3.4.2.3).

    What has a column is there for everybody, and an index has just this order.
    Of anything else, missing values come last, or first where it is descending.

    Raises:
        InvalidValueException: People cannot be sorted by that.
    """
    path = _path(sort_by) or ""
    if path not in _SORTABLE:
        raise InvalidValueException(
            detail=f'People cannot be sorted by "{sort_by[:_LONGEST]}". Use one of: '
            f"{', '.join(SORTABLE)}."
        )
    sign = "-" if descending else ""
    attribute = _SORTABLE[path]
    if field := attribute.order_column or attribute.column:
        return (f"{sign}{field}", f"{sign}id")
    text = columns.text(path)
    if descending:
        return (text.desc(nulls_first=True), "-id")
    return (text.asc(nulls_last=True), "id")


def order_of_found(condition: Q) -> tuple[Any, ...]:
    """Return the order of those that a filter finds, where a request asks for none.

    A filter that asks when people changed is answered from the index that knows it. In
    the order of pages, SQLite would look at everybody to find the few.
    """
    fields = {*_fields(condition)}
    if "modified" in fields and fields <= {"modified", "active"}:
        return ("modified", "id")
    return PAGES


def _fields(condition: Q) -> Iterator[str]:
    for child in condition.children:
        if isinstance(child, Q):
            yield from _fields(child)
        else:
            yield child[0].partition("__")[0] if isinstance(child, tuple) else ""


def _path(sort_by: str) -> str | None:
    if not 0 < len(sort_by) <= _LONGEST:
        return None
    try:
        tree = Path(sort_by).ast
    except InvalidPathException:
        return None
    return columns.path_of(tree) if isinstance(tree, AttrPath) else None
