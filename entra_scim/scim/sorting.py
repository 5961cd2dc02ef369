"""The order of listings, which an index has."""

from __future__ import annotations

from scim2_models import InvalidPathException, InvalidValueException, Path
from scim2_models.path import AttrPath

from . import columns

PAGES = ("created", "id")
"""The order of pages, which new people come at the end of."""

_LONGEST = 200  # characters: with its URN, no attribute's name is longer
_SORTABLE = {
    "userName": "user_name_order",
    "meta.created": "created",
    "meta.lastModified": "modified",
}
_FIELDS = {name.lower(): field for name, field in _SORTABLE.items()}


def order_of(sort_by: str, descending: bool) -> tuple[str, ...]:
    """Return the fields to order people by, for ``sortBy`` (RFC 7644 §3.4.2.3).

    An index has just this order: sorting a whole directory for each page of it
    would cost more than the page. All of these attributes have a value.

    Raises:
        InvalidValueException: People cannot be sorted by that.
    """
    field = _FIELDS.get(_path(sort_by) or "")
    if field is None:
        raise InvalidValueException(
            detail=f'People cannot be sorted by "{sort_by[:_LONGEST]}". Use one of: '
            f"{', '.join(_SORTABLE)}."
        )
    sign = "-" if descending else ""
    return (f"{sign}{field}", f"{sign}id")


def _path(sort_by: str) -> str | None:
    if not 0 < len(sort_by) <= _LONGEST:
        return None
    try:
        tree = Path(sort_by).ast
    except InvalidPathException:
        return None
    return columns.path_of(tree) if isinstance(tree, AttrPath) else None
