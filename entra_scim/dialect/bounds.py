"""How much a person's document may hold, and a request may make of it.

Whatever is kept is validated, compared, echoed and listed again and again. Nobody
comes near these bounds whom Entra provisions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scim2_models import InvalidValueException, PayloadTooLargeException

from .roles import role_values
from .values import MAX_VALUES, MULTI_VALUED, check_number

MAX_TEXT = 4096
"""Characters of a text."""

MAX_TOTAL = 131_072
"""Characters of all texts of a person together."""

MAX_ROLES = 200
"""Names of roles, after those in one value are split."""

MAX_LOOKS = 1500
"""How many values the operations of a request may look at altogether."""


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
    for name, value in document.items():
        if isinstance(value, list):
            check_number(name, value)
    if len(role_values(document)) > MAX_ROLES:
        raise InvalidValueException(
            detail=f"roles names more than {MAX_ROLES} roles. Assign fewer."
        )


def check_work(document: Mapping[str, Any], operations: list[dict[str, Any]]) -> None:
    """Refuse operations that look at more values together than a request may.

    An operation with a filter looks at each value of its attribute, and so does one
    that adds values.

    Raises:
        PayloadTooLargeException: They do.
    """
    sizes = {
        name.lower(): len(value)
        for name, value in document.items()
        if isinstance(value, list)
    }
    looks = 0
    for operation in operations:
        name = operation["path"].partition("[")[0].partition(".")[0].lower()
        if name not in MULTI_VALUED:
            continue
        value = operation.get("value")
        sizes[name] = min(
            sizes.get(name, 0) + (len(value) if isinstance(value, list) else 1),
            MAX_VALUES,
        )
        looks += sizes[name]
    if looks > MAX_LOOKS:
        raise PayloadTooLargeException(
            detail="The operations look at more than "
            f"{MAX_LOOKS} values altogether. Send fewer at once."
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
