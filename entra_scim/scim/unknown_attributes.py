"""Which attributes of a request no schema of ours has: mappings that do nothing.

They are answered as they came, see :mod:`entra_scim.scim.foreign`, and most of them
are misspelt or left over. An administrator is told which rows to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from entra_scim.document.catalogue import NAMES
from entra_scim.document.documents import CORE, ENTERPRISE

_LONGEST = 200
_MOST = 20
_CORE, _ENTERPRISE = CORE.lower(), ENTERPRISE.lower()
_OF_CORE, _OF_ENTERPRISE = f"{_CORE}:", f"{_ENTERPRISE}:"
_READ_ONLY = {"schemas", "id", "meta", "groups"}
"""What every resource may have, whether it is mapped or not."""

_TYPE = re.compile(r'\[type eq "\w{1,40}"\]', re.IGNORECASE)


def unknown_in_resource(body: Any) -> frozenset[str]:
    """Return the paths in the body of a POST or PUT that no schema of ours has."""
    return _first(_members(body, ""))


def unknown_in_operations(operations: Any) -> frozenset[str]:
    """Return the paths in the operations of a PATCH that no schema of ours has."""
    return _first(
        path
        for operation in (operations if isinstance(operations, list) else ())
        if isinstance(operation, dict)
        for path in _targets({key.lower(): operation[key] for key in operation})
    )


def _first(paths: Iterator[str]) -> frozenset[str]:
    found: set[str] = set()
    for path in paths:
        if not _is_known(path):
            found.add(_name(path))
        if len(found) == _MOST:
            break
    return frozenset(found)


def _targets(operation: dict[str, Any]) -> Iterator[str]:
    path, value = operation.get("path"), operation.get("value")
    if isinstance(path, str) and path and path.lower() != _CORE:
        yield from _members(value, path) if isinstance(value, dict) else [path]
    else:
        yield from _members(value, "")


def _members(value: Any, path: str) -> Iterator[str]:
    """Return the paths of the attributes in an object, one level deep."""
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        inner = f"{path}{_separator(path)}{key}" if path else key
        if item is None or item == "":
            continue
        if key.lower() == _CORE:
            yield from _members(item, "")
        elif isinstance(item, dict) and not path:
            yield from _members(item, inner)
        elif isinstance(item, list) and not path and _is_known(inner):
            for one in item:
                yield from _members(one, inner)
        else:
            yield inner


def _separator(path: str) -> str:
    """Return what stands before an attribute of a schema, or before a part of one."""
    name = path.lower()
    is_of_schema = name.startswith((_OF_CORE, _OF_ENTERPRISE))
    is_schema = name.startswith("urn:") and not is_of_schema
    return ":" if is_schema and "[" not in path else "."


def _is_known(path: str) -> bool:
    before, _filter, after = _divided(path)
    name = f"{before}{after}".lower()
    name = name.removeprefix(_OF_CORE).removeprefix(_OF_ENTERPRISE)
    attribute, _, part = name.partition(".")
    # The name of the extension has a dot too, in its version.
    if attribute in _READ_ONLY or name == _ENTERPRISE:
        return True
    parts = NAMES.get(attribute)
    return parts is not None and (not part or part in parts)


def _divided(path: str) -> tuple[str, str, str]:
    """Return what is before the filter in a path, the filter, and what is after it.

    Without an expression: a path of a thousand brackets would keep one busy.
    """
    start, end = path.find("["), path.rfind("]") + 1
    if start < 0 or end <= start:
        return path, "", ""
    return path[:start], path[start:end], path[end:]


def _name(path: str) -> str:
    """Return a path as Entra's mappings show it, without values of people."""
    before, value_filter, after = _divided(path)
    selection = value_filter if _TYPE.fullmatch(value_filter) else ""
    name = f"{before}{selection}{after}"
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
