"""The body of a POST or PUT, as RFC 7643 means it."""

from __future__ import annotations

from typing import Any

from scim2_models import InvalidSyntaxException, InvalidValueException

from entra_scim.document.catalogue import COMPLEX

from .values import (
    CORE,
    ENTERPRISE,
    MULTI_VALUED,
    READ_ONLY,
    check_members,
    is_empty,
    normalize_boolean,
    normalize_items,
    normalize_manager,
    normalize_object,
    normalize_text,
)

IGNORED = {"schemas", "password", *READ_ONLY}


def normalize_resource(body: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the body of a POST or PUT as RFC 7643 means it.

    Nulls and empty strings count as absent. The extension is there under its URN,
    whether ``schemas`` names it or not: Entra leaves it out.

    Returns:
        The resource, and the members whose names are paths, such as
        ``name.givenName`` or ``urn:…:User:roles``, which some mappings make Entra
        send. They are to be added to the resource like a PATCH would.

    Raises:
        InvalidSyntaxException: The body is not an object.
        InvalidValueException: A value cannot be what its attribute needs.
    """
    if not isinstance(body, dict):
        raise InvalidSyntaxException(detail="The body must be a JSON object.")
    check_members("The body", body)
    resource: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for key, value in body.items():
        name = key.lower()
        if is_empty(value) or name in IGNORED:
            continue
        if name == "active":
            resource[key] = normalize_boolean("active", value)
        elif name == CORE.lower() or name == "manager" or _is_path(name):
            paths[key] = value
        elif name == ENTERPRISE.lower():
            resource[ENTERPRISE] = _enterprise(value)
        elif name in MULTI_VALUED:
            resource[key] = normalize_items(key, value)
        elif name in COMPLEX and isinstance(value, dict):
            resource[key] = normalize_object(key, value)
        else:
            resource[key] = normalize_text(key, value)
    return resource, paths


def _is_path(name: str) -> bool:
    if name.startswith("urn:"):
        return name.startswith((f"{CORE.lower()}:", f"{ENTERPRISE.lower()}:"))
    return "." in name or "[" in name


def _enterprise(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidValueException(detail=f"{ENTERPRISE} must be an object.")
    check_members(ENTERPRISE, value)
    extension = {}
    for key, item in value.items():
        if key.lower() == "manager":
            item = normalize_manager(item)
        else:
            item = normalize_text(key, item)
        if not is_empty(item):
            extension[key] = item
    return extension
