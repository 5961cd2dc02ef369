from __future__ import annotations

from typing import Any

from django.db.models import F, OuterRef, Subquery
from scim2_models import InvalidPathException, InvalidValueException, Path
from scim2_models.path import AttrPath

from entra_scim.models import ProvisionedElement

from . import columns

TIE_BREAKER = ("created", "id")
"""What makes the order of pages stable."""

_LONGEST = 200  # characters: with its URN, no attribute's name is longer
_NAMES = (
    "userName",
    "externalId",
    "displayName",
    "name.formatted",
    "name.familyName",
    "name.givenName",
)
_TEXTS = {name.lower() for name in _NAMES}
_SORTABLE = ", ".join(
    ("id", *_NAMES, "active", "emails", "meta.created", "meta.lastModified")
)


def sort_key(sort_by: str, descending: bool) -> list[Any]:
    """Return what to order people by, for ``sortBy`` (RFC 7644 §3.4.2.3).

    Who lacks the attribute comes last when ascending, and first when descending.

    Raises:
        InvalidValueException: People cannot be sorted by that.
    """
    expression = _expression(sort_by)
    if descending:
        key = expression.desc(nulls_first=True)
    else:
        key = expression.asc(nulls_last=True)
    return [key, *TIE_BREAKER]


def _expression(sort_by: str) -> Any:
    path = _path(sort_by)
    if path in _TEXTS:
        return columns.text(path)
    if path in columns.TIMES:
        return F(columns.TIMES[path])
    if path in ("id", "active"):
        return F(path)
    if path in ("emails", "emails.value"):
        # "The value of the primary attribute, if any, or else the first".
        emails = ProvisionedElement.objects.filter(
            provisioned_user=OuterRef("pk"), path="emails.value"
        )
        first = emails.order_by(F("primary").desc(nulls_last=True), "pk")
        return columns.by_code_points(Subquery(first.values("value")[:1]))
    raise InvalidValueException(
        detail=f"People cannot be sorted by {sort_by[:_LONGEST]}. Use one of: "
        f"{_SORTABLE}."
    )


def _path(sort_by: str) -> str | None:
    if not 0 < len(sort_by) <= _LONGEST:
        return None
    try:
        tree = Path(sort_by).ast
    except InvalidPathException:
        return None
    return columns.path_of(tree) if isinstance(tree, AttrPath) else None
