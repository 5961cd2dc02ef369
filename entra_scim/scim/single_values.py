"""A PATCH of attributes that have one value each, which nearly all of Entra's are."""

from __future__ import annotations

from typing import Any

from entra_scim.dialect import Change
from entra_scim.document.attribute import Type
from entra_scim.document.catalogue import SINGLES
from entra_scim.document.documents import ENTERPRISE, Document

_KINDS = {Type.TEXT: str, Type.BOOLEAN: bool}

SINGLE = {
    (f"{ENTERPRISE}:{path}" if way[0] == ENTERPRISE else path).lower(): (
        way,
        _KINDS[attribute.type],
    )
    for path, way, attribute in SINGLES.values()
    # The manager is written as a whole.
    if way[0] != ENTERPRISE or "." not in path
}
"""What has one value, by its path: the way to it in a document, and its type."""


def with_single_values(document: Document, changes: list[Change]) -> Document | None:
    """Return a document with new single values, if changes set nothing else.

    Nearly every PATCH of Entra's does, and a library that knows every path takes
    many times as long for it. Nor does it take one to replace all roles of a person,
    none of which is primary, as AssertiveAppRoleAssignmentsComplex does. The result is
    to be validated as any other, unless :func:`differ_in_texts`.
    """
    new = dict(document)
    for change in changes:
        operation = change.operation
        if _replaces_roles(operation):
            new["roles"] = operation["value"]
            continue
        single = SINGLE.get(operation["path"].lower())
        if single is None or operation["op"] == "remove":
            return None
        steps, kind = single
        if type(operation.get("value")) is not kind:
            return None
        inner = new
        for step in steps[:-1]:
            copied = dict(inner.get(step) or {})
            inner[step] = copied
            inner = copied
        inner[steps[-1]] = operation["value"]
    return new


def differ_in_texts(new: Any, old: Any) -> bool:
    """Tell whether nothing but single values differs, of which none comes or goes.

    Such a document is as valid as the old one: any text is, where a text was.
    """
    if isinstance(new, dict) and isinstance(old, dict):
        return [*new] == [*old] and all(
            new[name] is old[name] or differ_in_texts(new[name], old[name])
            for name in new
        )
    if isinstance(new, str) and isinstance(old, str):
        return bool(new.strip())
    return isinstance(new, bool) and isinstance(old, bool)


def _replaces_roles(operation: dict[str, Any]) -> bool:
    return (
        operation["op"] == "replace"
        and operation["path"].lower() == "roles"
        and all(isinstance(item, dict) for item in operation["value"])
        and not any(
            value is True
            for item in operation["value"]
            for name, value in item.items()
            if name.lower() == "primary"
        )
    )
