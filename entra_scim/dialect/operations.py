from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from scim2_models import (
    InvalidPathException,
    InvalidSyntaxException,
    InvalidValueException,
    MutabilityException,
    NoTargetException,
    Path,
    SCIMException,
)
from scim2_models.path import (
    AttrPath,
    Comparison,
    FilterNode,
    LogicalExpr,
    Not,
    ValuePath,
)

from .reading import check_text
from .values import (
    CORE,
    ENTERPRISE,
    MULTI_VALUED,
    is_empty,
    normalize_boolean,
    normalize_item,
    normalize_items,
    normalize_manager,
)

Operation = dict[str, Any]

_OPS = ("add", "remove", "replace")
_MAX_PATH = 2048  # as long as a filter, which it may contain


@dataclass(frozen=True)
class _Target:
    """What a path points at. ``attribute`` is as sent; names have no case."""

    extension: bool
    attribute: str
    value_filter: FilterNode | None
    sub_attribute: str | None

    @property
    def name(self) -> str:
        return self.attribute.lower()

    @property
    def is_list(self) -> bool:
        return (
            self.name in MULTI_VALUED
            and self.value_filter is None
            and self.sub_attribute is None
        )

    @property
    def is_role_value(self) -> bool:
        return (
            self.name == "roles"
            and self.value_filter is not None
            and (self.sub_attribute or "").lower() == "value"
        )

    def __str__(self) -> str:
        prefix = f"{ENTERPRISE}:" if self.extension else ""
        selection = f"[{self.value_filter}]" if self.value_filter else ""
        suffix = f".{self.sub_attribute}" if self.sub_attribute else ""
        return f"{prefix}{self.attribute}{selection}{suffix}"


def normalize_operations(operations: Any) -> list[Operation]:
    """Return the operations of a PATCH as RFC 7644 §3.5.2 means them.

    Each has a path and one value; what clears an attribute is a removal. Well-
    formed attributes that are not ours are left out.

    Raises:
        SCIMException: An operation has no meaning. Says which and why.
    """
    if not isinstance(operations, list) or not operations:
        raise InvalidSyntaxException(
            detail="Operations must be a list of one operation or more."
        )
    normalized: list[Operation] = []
    for number, item in enumerate(operations, start=1):
        try:
            normalized += _normalized(item)
        except SCIMException as refusal:
            raise type(refusal)(
                detail=f"Operation {number}: {refusal.detail}"
            ) from None
    return normalized


def _normalized(operation: Any) -> Iterator[Operation]:
    if not isinstance(operation, dict):
        raise InvalidSyntaxException(detail="An operation must be an object.")
    members = {key.lower(): value for key, value in operation.items()}
    op, path, value = members.get("op"), members.get("path"), members.get("value")
    if not isinstance(op, str) or op.lower() not in _OPS:
        raise InvalidSyntaxException(
            detail="op must be add, remove or replace, in any case."
        )
    if not is_empty(path) and not isinstance(path, str):
        raise InvalidPathException(detail="path must be a string.")
    op = op.lower()
    if op != "remove" and "value" not in members:
        raise InvalidValueException(detail=f"The operation {op} needs a value.")
    if not is_empty(path):
        yield from _at_path(op, str(path), value)
    elif op == "remove":
        raise NoTargetException(detail="The operation remove needs a path.")
    else:
        yield from _without_path(op, value, prefix="")


def _without_path(op: str, value: Any, prefix: str) -> Iterator[Operation]:
    """Read each key of an object as a path.

    With the flag, Entra sends the attributes without a filter in one operation
    without a path, with flat keys such as ``name.givenName``.
    """
    if not isinstance(value, dict):
        raise InvalidValueException(
            detail="An operation without an attribute in its path needs an object of "
            "attributes as value."
        )
    for key, item in value.items():
        yield from _at_path(op, prefix + key, item)


def _at_path(op: str, path: str, value: Any) -> Iterator[Operation]:
    for urn in (CORE, ENTERPRISE):
        if path.lower() == urn.lower():
            if op == "remove" and urn == ENTERPRISE:
                yield {"op": op, "path": ENTERPRISE}
            elif op == "remove":
                raise NoTargetException(detail="Remove attributes by their names.")
            elif is_empty(value):
                yield {"op": "remove", "path": urn}
            else:
                yield from _without_path(op, value, prefix=f"{urn}:")
            return
    target = _target(path)
    if target is None or target.name in ("schemas", "meta", "password", "groups"):
        return
    if target.name == "username" and (op == "remove" or is_empty(value)):
        raise MutabilityException(detail="userName is required, and stays.")
    if op == "remove":
        yield from _removal(target, value)
    else:
        yield from _writing(op, target, value)


def _target(path: str) -> _Target | None:
    """Return what a path points at, or None for the attribute of a foreign schema."""
    if len(path) > _MAX_PATH:
        raise InvalidPathException(
            detail=f"The path is longer than {_MAX_PATH} characters."
        )
    try:
        tree = Path(path).ast
    except InvalidPathException as error:
        # Without the path itself: a filter in it may have somebody's address.
        raise InvalidPathException(
            detail=f"The path does not parse: {error.detail}."
        ) from None
    selection, sub_attribute = None, None
    if isinstance(tree, ValuePath):
        selection, sub_attribute = _with_booleans(tree.val_filter), tree.sub_attr
        tree = tree.attr_path
    elif isinstance(tree, AttrPath):
        sub_attribute = tree.sub_attr
    if not isinstance(tree, AttrPath):
        raise InvalidPathException(detail=f"{path!r} is no path of an attribute.")
    urn = (tree.uri or CORE).lower()
    # The manager is the one attribute that Entra has sent without its schema.
    extension = urn == ENTERPRISE.lower() or (
        tree.attr.lower() == "manager" and urn == CORE.lower()
    )
    if not extension and urn != CORE.lower():
        return None
    return _Target(extension, tree.attr, selection, sub_attribute)


def _with_booleans(node: FilterNode) -> FilterNode:
    """Compare ``primary`` with a boolean, where Entra compares it with "True".

    The strings of a filter are decoded after the body was checked, and become a
    value where a filter describes one that is not there yet.
    """
    match node:
        case Comparison(value=str()):
            check_text(node.value)
    match node:
        case Comparison(value=str()) if node.attr_path.attr.lower() == "primary":
            return replace(node, value=normalize_boolean("primary", node.value))
        case LogicalExpr():
            return replace(node, terms=tuple(_with_booleans(t) for t in node.terms))
        case Not():
            return replace(node, expr=_with_booleans(node.expr))
    return node


def _removal(target: _Target, value: Any) -> Iterator[Operation]:
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


def _writing(op: str, target: _Target, value: Any) -> Iterator[Operation]:
    path = str(target)
    if target.name == "active" and not target.extension:
        yield {"op": op, "path": path, "value": normalize_boolean("active", value)}
        return
    if target.extension and target.name == "manager" and not target.sub_attribute:
        value = normalize_manager(value)
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
    elif target.value_filter is not None and not target.sub_attribute:
        yield from _writing_element(op, target, value)
    elif target.is_role_value:
        # SingleAppRoleAssignment without the flag may put JSON into the string.
        yield from _writing_element(op, replace(target, sub_attribute=None), value)
    elif isinstance(value, dict) and str(target).lower() == "name":
        for key, item in value.items():
            yield from _at_path(op, f"{path}.{key}", item)
    else:
        yield {"op": op, "path": path, "value": value}


def _writing_element(op: str, target: _Target, value: Any) -> Iterator[Operation]:
    """Write to the values that a filter selects, one sub-attribute after another."""
    if isinstance(value, list) and len(value) == 1:
        [value] = value
    item = normalize_item(target.attribute, value)
    if isinstance(value, dict):
        for key in [key for key in value if is_empty(value[key])]:
            yield {"op": "remove", "path": f"{target}.{key}"}
    for key, part in item.items():
        yield {"op": op, "path": f"{target}.{key}", "value": part}
