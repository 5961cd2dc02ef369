"""Values of attributes, as RFC 7643 means them."""

from __future__ import annotations

import json
from typing import Any

from scim2_models import InvalidValueException

from entra_scim.document import catalogue
from entra_scim.document.documents import CORE as CORE
from entra_scim.document.documents import ENTERPRISE as ENTERPRISE

from .roles import normalize_role

MULTI_VALUED = {name.lower() for name in catalogue.MULTI_VALUED}

READ_ONLY = {"id", "meta", "groups"}
"""Attributes that a POST may carry for nothing, and that a PATCH cannot change."""

MAX_VALUES = 200
"""How many values a multi-valued attribute has at most.

Each operation with a filter looks at each of them.
"""

MAX_MEMBERS = 200
"""How many names an object has at most: each is looked up, known or not."""

_BOOLEANS = {"true": True, "false": False}
_WRAPPING = {"value", "$ref", "type", "primary", "display"}

_DECIDING = {
    path.lower()
    for path, attribute in catalogue.STRING_ATTRIBUTES.items()
    if attribute.decides
}
_WITHOUT_VALUE = {
    name.lower() for name, parts in catalogue.PARTS.items() if "value" not in parts
}


def unwrapped(value: Any) -> Any:
    """Return the single value that a list of one object stands for.

    Entra's jobs of 2018 send ``[{"$ref": null, "value": "Ann"}]`` for ``"Ann"``.
    """
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        members = {key.lower(): item for key, item in value[0].items()}
        if "value" in members and members.keys() <= _WRAPPING:
            return members["value"]
    return value


def normalize_boolean(name: str, value: Any) -> bool:
    """Return a boolean, which Entra sends as "True" or "False" without the flag.

    Anything else is refused: taken for true, the string "False" would leave those
    who leave with their access.

    Raises:
        InvalidValueException: The value means neither.
    """
    value = unwrapped(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _BOOLEANS:
        return _BOOLEANS[value.lower()]
    raise InvalidValueException(detail=f"{name} must be true or false.")


def normalize_text(path: str, value: Any) -> Any:
    """Return a single value as text, where Entra sends a number or a boolean.

    It does so where the target attribute was declared as Integer or Boolean. A
    person is not refused for the type of a value. What cannot be text stays as it
    is, to be refused with its name.
    """
    value = unwrapped(value)
    if isinstance(value, bool):
        return value if path.lower() in _DECIDING else str(value)
    return json.dumps(value) if isinstance(value, int | float) else value


def is_empty(value: Any) -> bool:
    """Tell whether a value clears its attribute: Entra sends null or ""."""
    return value is None or value == ""


def normalize_manager(value: Any) -> dict[str, Any] | None:
    """Return the manager as an object, or None if the value clears it.

    Entra sends an object, an array of one, or the bare id, and an empty id to
    remove the manager.

    Raises:
        InvalidValueException: The value has another form.
    """
    if isinstance(value, list):
        if len(value) > 1:
            raise InvalidValueException(detail="manager must be one person.")
        value = value[0] if value else None
    if is_empty(value):
        return None
    if isinstance(value, str) or is_number(value):
        return {"value": normalize_text("manager", value)}
    if not isinstance(value, dict):
        raise InvalidValueException(detail="manager must be an object with a value.")
    manager = normalize_object("manager", value)
    return manager if any(key.lower() == "value" for key in manager) else None


def normalize_object(name: str, value: dict[str, Any]) -> dict[str, Any]:
    """Return a complex value without empties, its parts as text.

    Raises:
        InvalidValueException: It has more parts than anything has.
    """
    check_members(name, value)
    parts = {
        key: normalize_boolean(f"{name}.primary", item)
        if key.lower() == "primary" and not is_empty(item)
        else normalize_text(f"{name}.{key}", item)
        for key, item in value.items()
    }
    return {key: item for key, item in parts.items() if not is_empty(item)}


def normalize_items(name: str, value: Any, display: str = "displayName") -> list[Any]:
    """Return the values of a multi-valued attribute as a list of objects.

    A lone object or text stands for a list of one.

    Raises:
        InvalidValueException: There are too many, or one cannot be a value.
    """
    items = value if isinstance(value, list) else [value]
    check_number(name, items)
    return [normalize_item(name, item, display) for item in items if not is_empty(item)]


def check_number(name: str, items: list[Any]) -> None:
    """Refuse more values of an attribute than anybody has.

    Raises:
        InvalidValueException: There are too many.
    """
    if len(items) > MAX_VALUES:
        raise InvalidValueException(
            detail=f"{name} has more than {MAX_VALUES} values. Send fewer."
        )


def check_members(name: str, value: dict[str, Any]) -> None:
    """Refuse an object with more names than any has.

    Raises:
        InvalidValueException: There are too many.
    """
    if len(value) > MAX_MEMBERS:
        raise InvalidValueException(
            detail=f"{name} has more than {MAX_MEMBERS} names. Send fewer."
        )


def normalize_item(name: str, item: Any, display: str = "displayName") -> Any:
    """Return one value of a multi-valued attribute as an object without empties.

    Raises:
        InvalidValueException: It cannot be a value of the attribute.
    """
    if name.lower() == "roles":
        item = normalize_role(item, display)
    # An address has parts alone; as a value, its text would be dropped unnoticed.
    is_value = isinstance(item, str) or is_number(item)
    if is_value and name.lower() not in _WITHOUT_VALUE:
        item = {"value": item}
    if not isinstance(item, dict):
        raise InvalidValueException(detail=f"{name} must be a list of objects.")
    return normalize_object(name, item)


def is_number(value: Any) -> bool:
    """Tell whether a value is a number of JSON; in Python, booleans are numbers too."""
    return isinstance(value, int | float) and not isinstance(value, bool)
