"""Roles, in every form in which Entra sends them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scim2_models import InvalidSyntaxException, InvalidValueException

from .reading import read_json

_ROLE_TYPE = "WindowsAzureActiveDirectoryRole"

# What an assignment without a role of its own has for a value: "Default Access".
_NO_ROLE = {"msiam_access", "00000000-0000-0000-0000-000000000000"}


def role_values(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the role names that a document's roles grant, each once, in order.

    One app role may name several roles in its Value, separated by commas.
    Display names grant nothing: anybody who edits the directory can choose them.
    """
    names = (
        name.strip()
        for role in document.get("roles", ())
        for name in (role.get("value") or "").split(",")
    )
    return tuple(dict.fromkeys(name for name in names if name and name not in _NO_ROLE))


def normalize_role(item: Any, display: str = "displayName") -> Any:
    """Return one item of ``roles`` in the form that Entra itself uses in a POST.

    All but ``primary``, see :func:`complete_role`.

    Without the flag, Entra puts JSON into the string ``value``. Whatever we answer
    in another form than a POST's, it takes for a difference and sends again.
    ``display`` is the sub-attribute for the display name: AssertiveAppRole-
    AssignmentsComplex, which replaces, uses ``display``; the functions that add use
    ``displayName``.

    Raises:
        InvalidValueException: The JSON in the string has what no body may have.
    """
    if isinstance(item, str):
        item = {"value": item}
    if not isinstance(item, dict):
        return item
    name = next((key for key in item if key.lower() == "value"), None)
    decoded = _decoded(item[name]) if name else None
    if decoded is None:
        return item
    others = {key: value for key, value in item.items() if key != name}
    role = {"type": _ROLE_TYPE, **others}
    if decoded.get("displayName"):
        role[display] = decoded["displayName"]
    if decoded.get("value") and str(decoded.get("id")) not in _NO_ROLE:
        role["value"] = decoded["value"]
    return role


def complete_role(role: dict[str, Any]) -> dict[str, Any]:
    """Return a role with ``primary``, which the JSON in a string leaves out.

    Once it is among the others: one that came as primary stays so, when Entra adds
    it again as JSON.
    """
    if role.get("type") == _ROLE_TYPE:
        return {"primary": False, **role}
    return role


def _decoded(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return None
    try:
        decoded = read_json(value)
    except json.JSONDecodeError:
        return None  # a Value that happens to begin so
    except InvalidSyntaxException as refusal:
        raise InvalidValueException(
            detail=f"The JSON in roles.value: {refusal.detail}"
        ) from None
    return decoded if isinstance(decoded, dict) else None
