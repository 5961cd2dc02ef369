"""What an operation of Entra's means at the one attribute that it points at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scim2_models import MutabilityException

from .paths import Target, attributes_of, for_writing
from .values import (
    READ_ONLY,
    is_empty,
    normalize_boolean,
    normalize_item,
    normalize_items,
    normalize_manager,
    normalize_text,
    unwrapped,
)

Operation = dict[str, Any]
"""As RFC 7644 §3.5.2 has it, with a path."""


def at_target(op: str, target: Target, value: Any) -> Iterator[Operation]:
    """Return the operations that write or remove what one of Entra's means at a target.

    Raises:
        MutabilityException: The target cannot be changed so.
        InvalidValueException: The value cannot be what the attribute needs.
    """
    if not target.extension:
        if target.name == "password":
            return
        if target.name == "schemas" or target.name in READ_ONLY:
            raise MutabilityException(
                detail=f"{target.attribute} is read-only. Leave it out."
            )
        if target.name == "username" and (op == "remove" or is_empty(unwrapped(value))):
            raise MutabilityException(detail="userName is required, and stays.")
        if target.name == "active" and op == "remove":
            # Without it, nobody could tell whether the person has access.
            raise MutabilityException(
                detail="active cannot be removed. Send false to deactivate the person."
            )
    if op == "remove":
        yield from _removal(target, value)
    else:
        yield from _writing(op, for_writing(target), value)


def _removal(target: Target, value: Any) -> Iterator[Operation]:
    """Remove an attribute, or of a list just the values that are named.

    Entra names what to remove in the value, where RFC 7644 has a filter in the
    path. Taken for the removal of the whole, it would empty the list.
    """
    if value is None or not target.is_list:
        yield {"op": "remove", "path": str(target)}
        return
    items = [
        {"value": item["value"]} if "value" in item else item
        for item in normalize_items(target.attribute, value)
    ]
    if items:
        yield {"op": "remove", "path": str(target), "value": items}


def _writing(op: str, target: Target, value: Any) -> Iterator[Operation]:
    path = str(target)
    if target.name == "active" and not target.extension:
        yield {"op": op, "path": path, "value": normalize_boolean("active", value)}
        return
    if target.extension and target.name == "manager" and not target.sub_attribute:
        value = normalize_manager(value)
    elif not target.is_list and not target.is_element:
        value = normalize_text(target.unfiltered, value)
    if is_empty(value):
        yield {"op": "remove", "path": path}
    elif target.is_list:
        display = "display" if op == "replace" else "displayName"
        items = normalize_items(target.attribute, value, display)
        if items:
            yield {"op": op, "path": path, "value": items}
        elif op == "replace":
            yield {"op": "remove", "path": path}
    elif (target.sub_attribute or "").lower() == "primary":
        yield {"op": op, "path": path, "value": normalize_boolean(path, value)}
    elif target.is_element:
        yield from _writing_element(op, target, value)
    elif target.is_role_value:
        # SingleAppRoleAssignment without the flag may put JSON into the string.
        yield from _writing_element(op, replace(target, sub_attribute=None), value)
    else:
        yield {"op": op, "path": path, "value": value}


def _writing_element(op: str, target: Target, value: Any) -> Iterator[Operation]:
    """Write to the values that a filter selects, one sub-attribute after another.

    What the filter compares comes last: changed before, nothing would match.
    """
    if isinstance(value, list) and len(value) == 1:
        [value] = value
    item = normalize_item(target.attribute, value)
    if isinstance(value, dict):
        for key in [key for key in value if is_empty(value[key])]:
            yield {"op": "remove", "path": f"{target}.{key}"}
    compared = attributes_of(target.value_filter) if target.value_filter else set()
    for key in sorted(item, key=lambda key: key.lower() in compared):
        yield {"op": op, "path": f"{target}.{key}", "value": item[key]}
