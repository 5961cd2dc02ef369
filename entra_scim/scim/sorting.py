from __future__ import annotations

from typing import Any

from django.db.models import F, OuterRef, Subquery
from scim2_models import InvalidPathException, Path
from scim2_models.path import AttrPath

from entra_scim.models import ProvisionedEmail

from . import columns

TIE_BREAKER = ("created", "id")
"""What makes the order of pages stable."""


def sort_key(sort_by: str, descending: bool) -> list[Any]:
    """Return what to order people by, for ``sortBy`` (RFC 7644 §3.4.2.3).

    Who lacks the attribute comes last when ascending, and first when descending.

    Raises:
        InvalidPathException: People cannot be sorted by that.
    """
    expression = _expression(sort_by)
    if descending:
        key = expression.desc(nulls_first=True)
    else:
        key = expression.asc(nulls_last=True)
    return [key, *TIE_BREAKER]


def _expression(sort_by: str) -> Any:
    tree = Path(sort_by).ast if sort_by else None
    path = columns.path_of(tree) if isinstance(tree, AttrPath) else None
    if path in columns.TEXTS:
        return columns.text(path)
    if path in columns.MOMENTS:
        return F(columns.MOMENTS[path])
    if path in ("id", "active"):
        return F(path)
    if path in ("emails", "emails.value"):
        # "The value of the primary attribute, if any, or else the first".
        emails = ProvisionedEmail.objects.filter(provisioned_user=OuterRef("pk"))
        first = emails.order_by(F("primary").desc(nulls_last=True), "pk")
        return columns.by_code_points(Subquery(first.values("value")[:1]))
    raise InvalidPathException(
        detail=f"People cannot be sorted by {sort_by}. Supported: {columns.SUPPORTED}."
    )
