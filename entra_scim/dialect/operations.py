"""The operations of a PATCH, as RFC 7644 means them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from scim2_models import (
    InvalidPathException,
    InvalidSyntaxException,
    InvalidValueException,
    NoTargetException,
    PayloadTooLargeException,
    SCIMException,
)

from entra_scim.document.catalogue import COMPLEX

from .paths import Target, target_of
from .rewriting import Operation, at_target
from .values import CORE, ENTERPRISE, is_empty

MAX_OPERATIONS = 200
"""How many operations a PATCH has at most, each attribute of a value counted."""

_OPS = ("add", "remove", "replace")


@dataclass(frozen=True, kw_only=True)
class Change:
    """What an operation does to one attribute."""

    attribute: str
    """Its path without a filter, as sent."""

    operation: Operation
    """With a path and one value."""

    comparisons: int = 0
    """With how much each value of the attribute is compared."""


@dataclass(frozen=True, kw_only=True)
class Writes:
    """What the operations of a PATCH write, as RFC 7644 §3.5.2 means it."""

    changes: list[Change] = field(default_factory=list)

    refused: list[tuple[str, SCIMException]] = field(default_factory=list)
    """What has no meaning: the attribute, empty where none is named, and why."""

    def by_attribute(self) -> dict[str, list[Change]]:
        """Return the changes by attribute, those of one in their order.

        No two of the attributes depend on each other: where an operation is about
        the whole of one, those about its parts are with it.
        """
        names = {one.attribute.lower(): one.attribute for one in self.changes[::-1]}
        groups: dict[str, list[Change]] = {}
        for change in self.changes:
            name = change.attribute.lower()
            whole = next(
                (
                    name[:end]
                    for end, character in enumerate(name)
                    if character in ".:" and name[:end] in names
                ),
                name,
            )
            groups.setdefault(names[whole], []).append(change)
        return groups


def read_operations(operations: Any) -> Writes:
    """Return what the operations of a PATCH write, and which of them mean nothing.

    What clears an attribute is a removal. Well-formed attributes that are not ours
    are left out.

    Raises:
        SCIMException: There are no operations, or too many.
    """
    if not isinstance(operations, list) or not operations:
        raise InvalidSyntaxException(
            detail="Operations must be a list of one operation or more."
        )
    if len(operations) > MAX_OPERATIONS:
        raise _too_many()
    reader = _Reader()
    for number, operation in enumerate(operations, start=1):
        reader.read(number, operation)
    return reader.writes


class _Reader:
    """Sorts what operations write by attribute, and keeps what it cannot read."""

    def __init__(self) -> None:
        self.writes = Writes()
        self._count = 0

    def read(self, number: int, operation: Any) -> None:
        try:
            for op, path, value in _parts(operation):
                self._count_one()
                self._read_part(number, op, path, value)
        except PayloadTooLargeException:
            raise
        except SCIMException as refusal:
            self._refuse(number, "", refusal)

    def _read_part(self, number: int, op: str, path: str, value: Any) -> None:
        attribute = ""
        changes: list[Change] = []
        try:
            if path.lower() == ENTERPRISE.lower():
                whole = {"op": op, "path": ENTERPRISE}
                changes.append(Change(attribute=ENTERPRISE, operation=whole))
            elif target := target_of(path):
                attribute = target.changed
                for operation in at_target(op, target, value):
                    self._count_one(besides=bool(changes))
                    changes.append(_change(target, operation))
        except PayloadTooLargeException:
            raise
        except SCIMException as refusal:
            self._refuse(number, attribute, refusal)
        else:
            self.writes.changes.extend(changes)

    def _count_one(self, *, besides: bool = True) -> None:
        """Count an operation, unless it is the one that was counted before."""
        self._count += besides
        if self._count > MAX_OPERATIONS:
            raise _too_many()

    def _refuse(self, number: int, attribute: str, refusal: SCIMException) -> None:
        refusal = type(refusal)(
            detail=f"Operation {number}: {refusal.detail}", attribute=attribute
        )
        self.writes.refused.append((attribute, refusal))


def _too_many() -> PayloadTooLargeException:
    return PayloadTooLargeException(
        detail=f"More than {MAX_OPERATIONS} operations, each attribute of a value "
        "counted. Send fewer at once."
    )


def _change(target: Target, operation: Operation) -> Change:
    comparisons = target.comparisons
    if operation["op"] == "remove" and "value" in operation:
        comparisons = len(operation["value"])
    return Change(
        attribute=target.changed, operation=operation, comparisons=comparisons
    )


def _parts(operation: Any) -> Iterator[tuple[str, str, Any]]:
    """Split an operation into what it does to one path each."""
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
        yield from _parts_at(op, str(path), value)
    elif op == "remove":
        raise NoTargetException(detail="The operation remove needs a path.")
    else:
        for key, item in _members(value):
            # The envelope of a resource, which some clients send along.
            if key.lower() != "schemas":
                yield from _parts_at(op, key, item)


def _parts_at(op: str, path: str, value: Any) -> Iterator[tuple[str, str, Any]]:
    """Read each key of an object as a path.

    With the flag, Entra sends the attributes without a filter in one operation
    without a path, with flat keys such as ``name.givenName``.
    """
    name = path.lower()
    if name in (CORE.lower(), ENTERPRISE.lower()):
        if op == "remove" or is_empty(value):
            if name == CORE.lower():
                raise NoTargetException(detail="Remove attributes by their names.")
            yield "remove", path, None
        else:
            for key, item in _members(value):
                yield from _parts_at(op, f"{path}:{key}", item)
    elif (
        name.removeprefix(f"{CORE.lower()}:") in COMPLEX
        and isinstance(value, dict)
        and op != "remove"
    ):
        for key, item in value.items():
            yield op, f"{path}.{key}", item
    else:
        yield op, path, value


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        raise InvalidValueException(
            detail="An operation without an attribute in its path needs an object of "
            "attributes as value."
        )
    yield from value.items()
