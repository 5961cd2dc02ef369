"""What a query asks for, by GET or by POST to ``.search`` (RFC 7644 §3.4.2, §3.4.3)."""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scim2_models import InvalidValueException

from entra_scim.accounts import key_versions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.document.documents import Document
from entra_scim.models import ProvisionedUser

from .filters import q_of
from .projection import Projection, names_in
from .sorting import PAGES, order_of, order_of_found

Row = tuple[uuid.UUID, Document, datetime.datetime, datetime.datetime, int]
"""What a resource is made of. A page has many, which need no instances."""

_COLUMNS = ("pk", "attributes", "created", "modified", "version")

DEFAULT_COUNT = 100
MAX_COUNT = 200
_MAX_START = 2**31
_SHALLOW = 2 * MAX_COUNT
_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,100}\s*")


@dataclass(frozen=True, kw_only=True)
class Query:
    """The parameters of a query, checked."""

    filter: str | None
    sort_by: str | None
    descending: bool
    start_index: int
    """1-based."""
    count: int
    projection: Projection | None
    """None, to show whole resources."""

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Query:
        """Read the parameters of a request.

        Raises:
            InvalidValueException: One has the wrong type. A number out of range
                counts as the nearest in range (RFC 7644 §3.4.2.4).
        """
        sort_order = _text(parameters, "sortOrder") or "ascending"
        if sort_order.lower() not in ("ascending", "descending"):
            raise InvalidValueException(
                detail="sortOrder is either ascending or descending."
            )
        return cls(
            filter=_text(parameters, "filter"),
            sort_by=_text(parameters, "sortBy"),
            descending=sort_order.lower() == "descending",
            start_index=min(max(_number(parameters, "startIndex", 1), 1), _MAX_START),
            count=min(max(_number(parameters, "count", DEFAULT_COUNT), 0), MAX_COUNT),
            projection=Projection.of(
                _names(parameters, "attributes"),
                _names(parameters, "excludedAttributes"),
            ),
        )

    def shown(self, resource: dict[str, Any]) -> dict[str, Any]:
        """Return a resource with just the attributes that a request asks for."""
        return self.projection(resource) if self.projection else resource


def row_of(person: ProvisionedUser) -> Row:
    """Return the row of a person who is read already."""
    return (
        person.pk,
        person.attributes,
        person.created,
        person.modified,
        person.version,
    )


def page_of(query: Query, found: list[ProvisionedUser]) -> list[Row]:
    """Return one page of people who are all there is."""
    return [row_of(person) for person in found[query.start_index - 1 :][: query.count]]


def page(query: Query, environment: AnyEnvironment) -> tuple[int, list[Row]]:
    """Return how many people a query finds in an environment, and one page of them.

    A page that tells the total needs no count. Of a page deep in the directory, the
    ids are read first: an index has them, and passing over the others costs little.
    """
    people = ProvisionedUser.objects.for_environment(environment)
    order: tuple[Any, ...] = PAGES
    if query.filter is not None:
        key_versions.check_current()
        condition = q_of(query.filter, environment)
        people = people.filter(condition)
        order = order_of_found(condition)
    if query.sort_by is not None:
        order = order_of(query.sort_by, query.descending)
    offset = query.start_index - 1
    rows = people.order_by(*order).values_list(*_COLUMNS)
    if offset > _SHALLOW:
        ids = list(rows.values_list("pk", flat=True)[offset : offset + query.count])
        selected = ProvisionedUser.objects.for_environment(environment).filter(
            pk__in=ids
        )
        by_id = {row[0]: row for row in selected.values_list(*_COLUMNS)}
        found = [by_id[key] for key in ids if key in by_id]
    else:
        found = list(rows[offset : offset + query.count])
    complete = len(found) < query.count and (found or offset == 0)
    return (offset + len(found) if complete else people.count()), found


def _text(parameters: Mapping[str, Any], name: str) -> str | None:
    value = parameters.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidValueException(detail=f"{name} must be a string.")
    return value


def _number(parameters: Mapping[str, Any], name: str, default: int) -> int:
    value = parameters.get(name)
    if value is None:
        return default
    # More than int() refuses: it takes "1_0", 1.5 and the digits of other scripts.
    if isinstance(value, bool | float) or not _NUMBER.fullmatch(str(value)):
        raise InvalidValueException(detail=f"{name} must be a whole number.")
    return int(value)


def _names(parameters: Mapping[str, Any], name: str) -> list[str] | None:
    value = parameters.get(name)
    return None if value is None else names_in(value) or None
