from __future__ import annotations

from typing import Any

from scim2_models import InvalidValueException

from entra_scim.document import ENTERPRISE as ENTERPRISE

from .roles import normalize_role

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"

MULTI_VALUED = {
    "emails",
    "phonenumbers",
    "ims",
    "photos",
    "addresses",
    "entitlements",
    "roles",
    "x509certificates",
}

MAX_VALUES = 200
"""How many values a multi-valued attribute has at most.

Each operation with a filter looks at each of them, while the person is locked.
"""

_BOOLEANS = {"true": True, "false": False}


def normalize_boolean(name: str, value: Any) -> bool:
    """Return a boolean, which Entra sends as "True" or "False" without the flag.

    Anything else is refused: taken for true, the string "False" would leave those
    who leave with their access.

    Raises:
        InvalidValueException: The value means neither.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _BOOLEANS:
        return _BOOLEANS[value.lower()]
    raise InvalidValueException(detail=f"{name} must be true or false.")


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
    if isinstance(value, str):
        return {"value": value}
    if not isinstance(value, dict):
        raise InvalidValueException(detail="manager must be an object with a value.")
    manager = without_empty(value)
    return manager if any(key.lower() == "value" for key in manager) else None


def normalize_items(name: str, value: Any, display: str = "displayName") -> list[Any]:
    """Return the values of a multi-valued attribute as a list of objects.

    A lone object or string stands for a list of one.
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


def normalize_item(name: str, item: Any, display: str = "displayName") -> Any:
    """Return one value of a multi-valued attribute as an object without empties."""
    if name.lower() == "roles":
        item = normalize_role(item, display)
    if isinstance(item, str):
        item = {"value": item}
    if not isinstance(item, dict):
        raise InvalidValueException(detail=f"{name} must be a list of objects.")
    return {
        key: normalize_boolean(f"{name}.primary", value)
        if key.lower() == "primary"
        else value
        for key, value in without_empty(item).items()
    }


def without_empty(value: dict[str, Any]) -> dict[str, Any]:
    """Return an object without the names whose value is empty."""
    return {key: item for key, item in value.items() if not is_empty(item)}
