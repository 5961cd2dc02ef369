"""JSON that every database can keep: the body, and what Entra puts into strings."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from scim2_models import InvalidSyntaxException

_MAX_DEPTH = 32
_MAX_PARTS = 20_000
"""Names and values in a body. A person with everything has some hundred."""


_HIDDEN = "********"


class Unkeepable(InvalidSyntaxException):
    """JSON that nobody can keep or agree about."""

    document: Any = None
    """What it means to a parser that takes everything, to look for an intent in it."""


class Members(tuple[tuple[str, Any], ...]):
    """The members of an object of which several have the same name."""


def members_of(value: Any) -> Iterable[tuple[str, Any]]:
    """Return the members of an object, or none of what is not an object."""
    if isinstance(value, dict):
        return value.items()
    return value if isinstance(value, Members) else ()


def read_body(data: bytes) -> Any:
    """Return what the body of a request means, see :func:`read_json`.

    It is UTF-8 (RFC 8259 §8.1). A byte order mark is passed over, and UTF-16 and
    UTF-32 are told by their zeros.

    Raises:
        Unkeepable: It is not JSON, or JSON that nobody can keep or agree about.
    """
    encoding = json.detect_encoding(data)
    try:
        return read_json(data.decode(encoding))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        refusal = Unkeepable(detail=f"The body is not valid JSON in UTF-8: {error}.")
    # A name in Latin-1, or a line break within a text, hides no intent.
    refusal.document = _read_leniently(data.decode(encoding, "replace"))
    raise refusal


def read_json(text: str) -> Any:
    """Return what a JSON text means.

    Stricter than JSON where a silent guess would follow: a name that occurs twice
    in an object, in any case, numbers beyond JSON, characters that are not text, and
    more than anybody sends. Passwords are hidden: nobody needs them, and a report of
    an error would show them.

    Raises:
        json.JSONDecodeError: The text is not JSON.
        Unkeepable: It is JSON that nobody can keep or agree about.
    """
    document = None
    try:
        document = _parsed(text)
        _check(document)
    except Unkeepable as refusal:
        refusal.document = document or _read_leniently(text)
        raise
    return document


def _parsed(text: str) -> Any:
    hook = _object_with_password if _has_password(text) else _object
    try:
        return json.loads(text, object_pairs_hook=hook, parse_constant=_refuse_constant)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # Python reads no integer of more than 4,300 digits
        raise _too_large() from None


def _read_leniently(text: str) -> Any:
    hook = _any_object_with_password if _has_password(text) else _any_object
    try:
        return json.loads(text, parse_int=str, strict=False, object_pairs_hook=hook)
    except (RecursionError, ValueError):
        return None


def check_text(text: str) -> None:
    """Refuse characters that are not text for a database.

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


def _any_object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Members:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Members(pairs)


def _object_with_password(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return _object(_without_password(pairs))


def _any_object_with_password(
    pairs: list[tuple[str, Any]],
) -> dict[str, Any] | Members:
    return _any_object(_without_password(pairs))


def _without_password(pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    is_its_operation = any(
        name.lower() == "path" and isinstance(value, str) and _has_password(value)
        for name, value in pairs
    )
    return [
        (name, _HIDDEN)
        if _has_password(name) or (is_its_operation and name.lower() == "value")
        else (name, value)
        for name, value in pairs
    ]


def _has_password(text: str) -> bool:
    return "password" in text.lower()


def _refuse_constant(name: str) -> None:
    raise Unkeepable(detail=f"{name} is not a JSON number.")


def _check(document: Any) -> None:
    """Refuse nesting that only an attack needs, and text that no database keeps."""
    level = [document]
    parts = 0
    for _ in range(_MAX_DEPTH):
        parts += len(level)
        if parts > _MAX_PARTS:
            raise Unkeepable(
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
