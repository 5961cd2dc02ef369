"""A PATCH of attributes that have one value each, which nearly all of Entra's are."""

from __future__ import annotations

from entra_scim.dialect import Change
from entra_scim.document import ENTERPRISE, Document
from entra_scim.searchable import CORE_STRINGS, ENTERPRISE_STRINGS

SINGLE = {
    "active": ("active",),
    **{path.lower(): tuple(path.split(".")) for path in CORE_STRINGS},
    **{
        f"{ENTERPRISE}:{name}".lower(): (ENTERPRISE, name)
        for name in ENTERPRISE_STRINGS
        if "." not in name
    },
}
"""What has one value, by its path: the way to it in a document."""


def with_single_values(document: Document, changes: list[Change]) -> Document | None:
    """Return a document with new single values, if changes set nothing else.

    Nearly every PATCH of Entra's does, and a library that knows every path takes
    many times as long for it. The result is validated as any other.
    """
    new = dict(document)
    for change in changes:
        operation = change.operation
        steps = SINGLE.get(operation["path"].lower())
        kind = bool if steps == ("active",) else str
        if (
            steps is None
            or operation["op"] == "remove"
            or type(operation.get("value")) is not kind
        ):
            return None
        inner = new
        for step in steps[:-1]:
            copied = dict(inner.get(step) or {})
            inner[step] = copied
            inner = copied
        inner[steps[-1]] = operation["value"]
    return new
