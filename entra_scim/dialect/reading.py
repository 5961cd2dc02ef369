"""JSON that every database can keep: the body, and what Entra puts into strings."""

from __future__ import annotations

import json
from typing import Any

from scim2_models import InvalidSyntaxException

_MAX_DEPTH = 32
_MAX_PARTS = 20_000
"""Names and values in a body. A person with everything has some hundred."""


class Unkeepable(InvalidSyntaxException):
    """JSON that nobody can keep or agree about."""

    document: Any = None
    """What it means to a parser that takes everything, to look for an intent in it."""


def read_json(text: str) -> Any:
    """Return what a JSON text means.

    Stricter than JSON where a silent guess would follow: a name that occurs twice
    in an object, in any case, numbers beyond JSON, and characters that are no text.

    Raises:
        json.JSONDecodeError: The text is not JSON.
        Unkeepable: It is JSON that nobody can keep or agree about.
        InvalidSyntaxException: It is more than anybody sends.
    """
    try:
        return _read(text)
    except Unkeepable as refusal:
        refusal.document = _read_leniently(text)
        raise


def _read(text: str) -> Any:
    try:
        document = json.loads(
            text, object_pairs_hook=_object, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # Python reads no integer of more than 4,300 digits
        raise _too_large() from None
    _check(document)
    return document


def _read_leniently(text: str) -> Any:
    try:
        return json.loads(text, parse_int=str)
    except (RecursionError, ValueError):
        return None


def check_text(text: str) -> None:
    """Refuse characters that are no text for a database.

    Raises:
        Unkeepable: There is a NUL, or half of a surrogate pair.
    """
    if "\0" in text:
        raise Unkeepable(detail="A text has a NUL character.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unkeepable(
            detail="A text has half of a surrogate pair, which is not a character."
        ) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Names of attributes have no case (RFC 7643 §2.1).
    if len({name.lower() for name, _ in pairs}) != len(pairs):
        raise Unkeepable(detail="A name occurs twice in one object.")
    return dict(pairs)


def _refuse_constant(name: str) -> None:
    raise Unkeepable(detail=f"{name} is not a JSON number.")


def _check(document: Any) -> None:
    """Refuse nesting that only an attack needs, and text that no database keeps."""
    level = [document]
    parts = 0
    for _ in range(_MAX_DEPTH):
        parts += len(level)
        if parts > _MAX_PARTS:
            # Not even looked through for an intent: that would take long.
            raise InvalidSyntaxException(
                detail=f"The JSON has more than {_MAX_PARTS} names and values."
            )
        inner: list[Any] = []
        for value in level:
            if isinstance(value, str):
                check_text(value)
            elif isinstance(value, dict):
                inner += value.keys()
                inner += value.values()
            elif isinstance(value, list):
                inner += value
            elif isinstance(value, float) and value in (float("inf"), -float("inf")):
                raise _too_large()
        if not inner:
            return
        level = inner
    raise _too_deep()


def _too_large() -> Unkeepable:
    return Unkeepable(detail="A number is too large.")


def _too_deep() -> Unkeepable:
    return Unkeepable(detail=f"The JSON is nested deeper than {_MAX_DEPTH} levels.")
