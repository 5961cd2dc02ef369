"""What a request of Entra's reveals about the mappings, beside the values."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

_CORE = "urn:ietf:params:scim:schemas:core:2.0:user"


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
    role_function: RoleFunction | None = None
    """None, where the request does not tell."""


def received_in_resource(body: Any) -> Received:
    """Return what the body of a POST or PUT reveals.

    An empty list of roles names them: it clears them. Null counts as absent.
    """
    named = _named(body)
    roles = named.get("roles")
    return Received(
        roles=any(name == "roles" or _is_part(name, "roles") for name in named),
        active="active" in named,
        role_function=_function_of_items(roles),
    )


def received_in_operations(operations: Any) -> Received:
    """Return what the operations of a PATCH reveal."""
    roles = active = False
    function: RoleFunction | None = None
    for operation in operations if isinstance(operations, list) else ():
        members = _named(operation)
        path, value = members.get("path"), members.get("value")
        for name, item in _targets(path, value):
            active = active or name == "active"
            if name != "roles" and not _is_part(name, "roles"):
                continue
            roles = True
            function = _function_of(members.get("op"), name, item) or function
    return Received(roles=roles, active=active, role_function=function)


def _targets(path: Any, value: Any) -> list[tuple[str, Any]]:
    """Return the attribute paths of an operation in lower case, with their values."""
    if isinstance(path, str) and path and path.lower() != _CORE:
        return [(path.lower().removeprefix(f"{_CORE}:"), value)]
    return list(_named(value, keep_null=True).items())


def _named(body: Any, *, keep_null: bool = False) -> dict[str, Any]:
    """Return the members of an object by name in lower case, without their URN."""
    if not isinstance(body, dict):
        return {}
    named: dict[str, Any] = {}
    for key, value in body.items():
        name = str(key).lower()
        if name == _CORE:
            named |= _named(value, keep_null=keep_null)
        elif value is not None or keep_null:
            named[name.removeprefix(f"{_CORE}:")] = value
    return named


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
