"""What is sent: the body of a POST, and the operations of a PATCH in both dialects.

https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import roles
from .mappings import Mapping as Row
from .open_points import AssertiveForm, ManagerForm, OpenPoints, SingleForm
from .roles import RoleFunction
from .targets import CORE, ENTERPRISE, Resource, Target

_PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MANAGER = Target.parse(f"{ENTERPRISE}:manager")

Operation = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """An attribute differs at the server, or is missing there (``is_new``)."""

    target: Target
    value: Any
    is_new: bool
    function: RoleFunction | None = None
    """Set for app roles; the value is the list of those assigned then."""


def post_body(values: Mapping[Row, Any], points: OpenPoints) -> Resource:
    """Return the body that creates a person with the values of some rows."""
    body: Resource = {"schemas": [CORE]}
    for row, value in values.items():
        function = row.role_function
        if function == RoleFunction.SINGLE:
            if one := roles.single(value, points):
                body["roles"] = [roles.single_item(one)]
        elif function is not None:
            if several := roles.items(function, value, points):
                body["roles"] = several
        else:
            row.to.write(body, value)
    if ENTERPRISE in body:
        body["schemas"].append(ENTERPRISE)
    return {**body, "meta": {"resourceType": "User"}}


def differences(
    values: Mapping[Row, Any], resource: Resource, points: OpenPoints
) -> list[Change]:
    """Return what a server's resource lacks of the values, or has otherwise.

    Compared with what a POST would have: what a server answers in another form is a
    difference, in this cycle and in each one after it.
    """
    changes = (_change(row, value, resource, points) for row, value in values.items())
    return [change for change in changes if change is not None]


def patch_op(operations: Iterable[Operation]) -> Resource:
    """Return the body of a PATCH with some operations (RFC 7644 §3.5.2)."""
    return {"schemas": [_PATCH_OP], "Operations": list(operations)}


def patch_body(
    changes: Iterable[Change], points: OpenPoints, *, flagged: bool
) -> Resource:
    """Return the body of a PATCH; ``flagged`` is with ``aadOptscim062020``."""
    write = _flagged if flagged else _unflagged
    return patch_op(write(list(changes), points))


def manager_body(
    manager_id: str, location: str, points: OpenPoints, *, flagged: bool, is_new: bool
) -> Resource:
    """Return the body of the PATCH that names a manager, by the ID at the server."""
    op = _op(is_new, flagged)
    path, value = MANAGER.path, {"value": manager_id}
    operation: Operation = {"op": op, "path": path, "value": value}
    if points.manager_form == ManagerForm.STRING:
        operation["value"] = manager_id
    elif points.manager_form == ManagerForm.ARRAY:
        operation |= {"path": "manager", "value": [{"$ref": location, **value}]}
    return patch_op([operation])


def _change(
    row: Row, value: Any, resource: Resource, points: OpenPoints
) -> Change | None:
    function = row.role_function
    if function in (RoleFunction.ASSERTIVE, RoleFunction.ADD_ONLY):
        wanted = _distinct(roles.items(function, value, points))
        present = _distinct(row.to.read(resource) or ())
        missing = [item for item in wanted if item not in present]
        is_same = not missing
        if function == RoleFunction.ASSERTIVE:
            is_same = is_same and len(present) == len(wanted)
        if is_same or not wanted:
            return None
        return Change(row.to, value, function == RoleFunction.ADD_ONLY, function)
    if function == RoleFunction.SINGLE:
        wanted_role = roles.single(value, points)
        if wanted_role is None or wanted_role == _single_role(row, resource, points):
            return None
        return Change(row.to, value, row.to.read(resource) is None, function)
    current = row.to.read(resource)
    if current == value:
        return None
    return Change(row.to, value, current is None)


def _distinct(items: Iterable[roles.Item]) -> list[roles.Item]:
    """Return the items that have a value, each once.

    RFC 7643 §2.4 lets a server leave out repetitions, and what is empty.
    """
    kept: list[roles.Item] = []
    for item in items:
        if item.get("value") and item not in kept:
            kept.append(item)
    return kept


def _single_role(row: Row, resource: Resource, points: OpenPoints) -> Any:
    if points.single_form == SingleForm.FILTERED_PATH:
        return row.to.read(resource)
    items = resource.get("roles") or [{}]
    return items[-1].get("value")


def _op(is_new: bool, flagged: bool) -> str:
    op = "Add" if is_new else "Replace"
    return op.lower() if flagged else op


def _unflagged(changes: list[Change], points: OpenPoints) -> Iterator[Operation]:
    for change in changes:
        op, path, value = _op(change.is_new, False), change.target.path, change.value
        match change.function:
            case RoleFunction.ADD_ONLY:
                value = roles.json_strings(value, points)
            case RoleFunction.ASSERTIVE:
                if points.assertive_form == AssertiveForm.OBJECTS:
                    op, value = "replace", roles.items(change.function, value, points)
                else:
                    value = roles.json_strings(value, points)
            case RoleFunction.SINGLE:
                if points.single_form == SingleForm.JSON_STRING:
                    op, path = "Add", "roles"
                    value = roles.json_strings(value, points)[:1]
                else:
                    value = roles.single(value, points)
        value = _as_text(value)
        if points.wraps_values and not isinstance(value, list):
            value = [{"$ref": None, "value": value}]
        yield {"op": op, "path": path, "value": value}


def _flagged(changes: list[Change], points: OpenPoints) -> Iterator[Operation]:
    together: dict[str, dict[str, Any]] = {}
    for change in changes:
        op, path, value = _op(change.is_new, True), change.target.path, change.value
        if change.function == RoleFunction.SINGLE:
            value = roles.single(value, points)
        elif change.function is not None:
            value = roles.items(change.function, value, points)
        elif not change.target.is_filtered and (path != "active" or len(changes) > 1):
            together.setdefault(op, {})[path] = value
            continue
        yield {"op": op, "path": path, "value": value}
    for op, values in together.items():
        yield {"op": op, "value": values}


def _as_text(value: Any) -> Any:
    """Return a boolean as the string that it is without the flag."""
    return str(value) if isinstance(value, bool) else value
