"""What a request of Entra's reveals about the mappings, beside the values."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from .reading import Unkeepable, members_of, read_json

_CORE = "urn:ietf:params:scim:schemas:core:2.0:user"
_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user"
_MAX_WRAPPINGS = 5
_LOOKED_AT = 20_000
"""How many operations, and names of an object, are looked at for an intent."""

_MOST_DOUBLES = 8
"""How many members of one name an operation is looked at with."""


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

    names: bool = False
    """Whether userName or e-mail addresses are among them."""

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
    roles = [pair for pair in named if pair[0].startswith("roles")]
    active = [value for name, value in named if _is_activity(name)]
    return Received(
        names=any(_is_naming(name) for name, _ in named),
        roles=any(name == "roles" or _is_part(name, "roles") for name, _ in roles),
        active=bool(active),
        deactivates=any(_is_false(value) for value in active),
        role_function=_function_of_items(dict(roles).get("roles")),
    )


def received_in_patch(body: Any) -> Received:
    """Return what the body of a PATCH reveals, readable or not.

    Without operations, it counts as a resource: anyone who is out must be out, whatever
    carries it.
    """
    operations = [
        operation
        for name, value in _names(body)
        if name == "operations"
        for operation in _listed(value)
    ]
    return _received_in(operations) if operations else received_in_resource(body)


def _received_in(operations: Iterable[Any]) -> Received:
    names = roles = active = deactivates = False
    function: RoleFunction | None = None
    for operation in filter(None, islice(operations, _LOOKED_AT)):
        for op, path, value in _meanings(operation):
            removes = str(op).strip().lower() == "remove"
            for name, item in _targets(path, value):
                names = names or _is_naming(name)
                if _is_activity(name):
                    active = True
                    deactivates = deactivates or (not removes and _is_false(item))
                if name == "roles" or _is_part(name, "roles"):
                    roles = True
                    function = _function_of(op, name, item) or function
    return Received(
        names=names,
        roles=roles,
        active=active,
        deactivates=deactivates,
        role_function=function,
    )


def _meanings(operation: Any) -> Iterator[tuple[Any, ...]]:
    """Return the ``op``, ``path`` and ``value`` that an operation can mean.

    It is more than one combination, where names occur twice.
    """
    named: dict[str, list[Any]] = {"op": [], "path": [], "value": []}
    for name, value in _names(operation):
        if name in named and len(named[name]) < _MOST_DOUBLES:
            named[name].append(value)
    if any(named.values()):
        yield from product(*(values or [None] for values in named.values()))


def _is_false(value: Any, wrappings: int = _MAX_WRAPPINGS) -> bool:
    """Tell whether a value of ``active`` can mean that somebody is to be out.

    More is understood here than :func:`normalize_boolean` takes: who is to be out
    must be out, however the value is wrapped, and whatever stands beside it. Nobody is
    let in by this.
    """
    if not wrappings:
        return False
    if isinstance(value, list):
        return any(_is_false(item, wrappings - 1) for item in value)
    if isinstance(value, str):
        text = value.strip().lower()
        return text == "false" or (
            text.startswith(("{", "[", '"'))
            and _is_false(_decoded(value), wrappings - 1)
        )
    return value is False or any(
        _is_false(item, wrappings - 1)
        for name, item in _names(value)
        if name in ("value", "active")
    )


def _decoded(value: str) -> Any:
    try:
        return read_json(value)
    except Unkeepable as refusal:
        return refusal.document
    except json.JSONDecodeError:
        return None


def _listed(value: Any) -> list[Any]:
    if isinstance(value, str):
        value = _decoded(value)
    return value if isinstance(value, list) else [value]


def _targets(path: Any, value: Any) -> Iterable[tuple[str, Any]]:
    """Return the attribute paths of an operation in lower case, with their values."""
    # With a slash before it, as in a JSON Pointer (RFC 6901).
    name = path.strip().lower().lstrip("/") if isinstance(path, str) else ""
    if name and name != _CORE:
        return [(_without_schema(name), value)]
    return (pair for item in _listed(value) for pair in _names(item))


def _named(body: Any) -> dict[str, Any]:
    """Return the members of an object that have a value, by name in lower case."""
    return {name: value for name, value in _names(body) if value is not None}


def _names(body: Any) -> Iterator[tuple[str, Any]]:
    """Return the members of an object, names in lower case and without their URN."""
    for key, value in islice(members_of(body), _LOOKED_AT):
        name = key.strip().lower()
        if name == _CORE:
            yield from _names(value)
        else:
            yield _without_schema(name) if ":" in name else name, value


def _without_schema(name: str) -> str:
    return name.removeprefix(_CORE).lstrip(":.") if name.startswith(_CORE) else name


def _is_activity(name: str) -> bool:
    """Tell whether a path means ``active``, by a mapping that is right or nearly so."""
    return name in ("active", f"{_ENTERPRISE}:active", f"{_ENTERPRISE}.active") or (
        name.startswith("active") and _is_part(name, "active")
    )


def _is_naming(name: str) -> bool:
    return name in ("username", "emails") or _is_part(name, "emails")


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
