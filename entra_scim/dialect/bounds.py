"""How much a person's document may hold, and a request may make of it.

Whatever is kept is validated, compared, echoed and listed again and again. Nobody
comes near these bounds whom Entra provisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scim2_models import InvalidValueException, PayloadTooLargeException

from .operations import Change
from .roles import role_values
from .values import MAX_VALUES, MULTI_VALUED, check_number

MAX_TEXT = 4096
"""Characters of a text."""

MAX_TOTAL = 131_072
"""Characters of all texts of a person together."""

MAX_ROLES = 200
"""Names of roles, after those in one value are split."""

MAX_ALL_VALUES = 400
"""Values of all multi-valued attributes together."""

MAX_WORK = 6000
"""Comparisons that the operations of a request may cost, see :func:`check_work`."""

_COPYING = 6
"""What it costs, in comparisons, to have a value looked at by an operation."""


def check_document(document: Mapping[str, Any]) -> None:
    """Refuse more than a person has.

    Raises:
        InvalidValueException: Says of which attribute there is too much.
    """
    total = 0
    for path, text in _texts(document):
        total += len(text)
        if len(text) > MAX_TEXT:
            raise InvalidValueException(
                detail=f"{path} is longer than {MAX_TEXT} characters."
            )
    if total > MAX_TOTAL:
        raise InvalidValueException(
            detail=f"The attributes have more than {MAX_TOTAL} characters altogether."
        )
    lists = {name: one for name, one in document.items() if isinstance(one, list)}
    for name, value in lists.items():
        check_number(name, value)
    if sum(map(len, lists.values())) > MAX_ALL_VALUES:
        raise InvalidValueException(
            detail=f"There are more than {MAX_ALL_VALUES} values altogether. Send fewer."
        )
    if len(role_values(document)) > MAX_ROLES:
        raise InvalidValueException(
            detail=f"roles names more than {MAX_ROLES} roles. Assign fewer."
        )


def check_work(document: Mapping[str, Any], changes: Iterable[Change]) -> None:
    """Refuse operations that cost more together than a request may.

    Each operation on a multi-valued attribute looks at all of its values, and
    compares them with what it selects by.

    Raises:
        PayloadTooLargeException: They do.
    """
    sizes = {
        name.lower(): len(value)
        for name, value in document.items()
        if isinstance(value, list)
    }
    work = 0
    for change in changes:
        name = change.attribute.lower()
        if name not in MULTI_VALUED:
            continue
        value = change.operation.get("value")
        sizes[name] = min(
            sizes.get(name, 0) + (len(value) if isinstance(value, list) else 1),
            MAX_VALUES,
        )
        work += sizes[name] * (_COPYING + change.comparisons)
    if work > MAX_WORK:
        raise PayloadTooLargeException(
            detail="The operations compare too many values altogether. Send fewer "
            "operations at once."
        )


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Return the texts of a document with their paths."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            # The URN of an extension says nothing to an administrator.
            inner = "" if ":" in key else f"{path}.{key}" if path else key
            yield from _texts(item, inner)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, path)
