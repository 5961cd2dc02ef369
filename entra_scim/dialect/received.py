"""What a request of Entra's reveals about the mappings, beside the values."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scim2_models import InvalidSyntaxException

from .reading import read_json

_CORE = "urn:ietf:params:scim:schemas:core:2.0:user"
_MAX_WRAPPINGS = 4


class RoleFunction(enum.StrEnum):
    """Microsoft's three functions that map app roles to ``roles``.

    https://learn.microsoft.com/en-us/entra/identity/app-provisioning/customize-application-attributes
    """

    SINGLE = "single"
    """``SingleAppRoleAssignment``: one role, whichever."""

    ADD_ONLY = "add_only"
    """``AppRoleAssignmentsComplex``: never takes a role away."""

    ASSERTIVE = "assertive"
    """``AssertiveAppRoleAssignmentsComplex``: the right one."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """Which attributes a request named, whatever it said of them."""

    roles: bool = False
    active: bool = False
    deactivates: bool = False
    """Whether any part means that the person has no access any more."""

    role_function: RoleFunction | None = None
    """None, where the request does not tell."""


def received_in_resource(body: Any) -> Received:
    """Return what the body of a POST or PUT reveals.

    An empty list of roles names them: it clears them. Null counts as absent.
    """
    named = [(name, value) for name, value in _names(body) if value is not None]
    roles = next((value for name, value in named if name == "roles"), None)
    return Received(
        roles=any(name == "roles" or _is_part(name, "roles") for name, _ in named),
        active=any(name == "active" for name, _ in named),
        deactivates=any(name == "active" and _is_false(value) for name, value in named),
        role_function=_function_of_items(roles),
    )


def received_in_operations(operations: Any) -> Received:
    """Return what the operations of a PATCH reveal, readable or not."""
    roles = active = deactivates = False
    function: RoleFunction | None = None
    for operation in operations if isinstance(operations, list) else [operations]:
        members = _named(operation)
        path, value = members.get("path"), members.get("value")
        removes = str(members.get("op")).lower() == "remove"
        for name, item in _targets(path, value):
            if name == "active":
                active = True
                deactivates = deactivates or (not removes and _is_false(item))
            if name != "roles" and not _is_part(name, "roles"):
                continue
            roles = True
            function = _function_of(members.get("op"), name, item) or function
    return Received(
        roles=roles, active=active, deactivates=deactivates, role_function=function
    )


def _is_false(value: Any) -> bool:
    """Tell whether a value of ``active`` can only mean that somebody is to be out.

    More is understood here than :func:`normalize_boolean` takes: who is to be out
    must be out, however the value is wrapped. Nobody is let in by this.
    """
    for _ in range(_MAX_WRAPPINGS):
        if isinstance(value, list) and len(value) == 1:
            [value] = value
        elif isinstance(value, dict):
            named = _named(value)
            value = named.get("value", named.get("active"))
        elif isinstance(value, str) and value.lstrip().startswith(("{", "[", '"')):
            value = _decoded(value)
        else:
            break
    return value is False or (
        isinstance(value, str) and value.strip().lower() == "false"
    )


def _decoded(value: str) -> Any:
    try:
        return read_json(value)
    except (json.JSONDecodeError, InvalidSyntaxException):
        return None


def _targets(path: Any, value: Any) -> list[tuple[str, Any]]:
    """Return the attribute paths of an operation in lower case, with their values."""
    name = path.strip().lower() if isinstance(path, str) else ""
    if name and name != _CORE:
        return [(_without_schema(name), value)]
    if isinstance(value, str):
        value = _decoded(value)
    if isinstance(value, list) and len(value) == 1:
        [value] = value
    return list(_names(value))


def _named(body: Any) -> dict[str, Any]:
    """Return the members of an object that have a value, by name in lower case."""
    return {name: value for name, value in _names(body) if value is not None}


def _names(body: Any) -> Iterator[tuple[str, Any]]:
    """Return the members of an object, names in lower case and without their URN."""
    if not isinstance(body, dict):
        return
    for key, value in body.items():
        name = key.strip().lower()
        if name == _CORE:
            yield from _names(value)
        else:
            yield _without_schema(name), value


def _without_schema(name: str) -> str:
    return name.removeprefix(_CORE).lstrip(":.") if name.startswith(_CORE) else name


def _is_part(path: str, attribute: str) -> bool:
    return path.startswith((f"{attribute}[", f"{attribute}."))


def _function_of(op: Any, path: str, value: Any) -> RoleFunction | None:
    if path.startswith("roles[primary eq"):
        return RoleFunction.SINGLE
    if path != "roles":
        return None
    op = str(op).lower()
    if op == "replace":
        return RoleFunction.ASSERTIVE
    return RoleFunction.ADD_ONLY if op == "add" and value else None


def _function_of_items(items: Any) -> RoleFunction | None:
    """Tell the function by the form of a POST, which each of them has of its own."""
    for item in items if isinstance(items, list) else ():
        named = _named(item)
        if str(named.get("primary")).lower() == "true":
            return RoleFunction.SINGLE
        if "displayname" in named:
            return RoleFunction.ADD_ONLY
        if "display" in named:
            return RoleFunction.ASSERTIVE
    return None
