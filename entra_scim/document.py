"""The SCIM document of a person, as the domain sees it: plain and canonical."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
"""A resource in SCIM's own names, without id, meta, schemas, nulls and empties."""

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def changed_attributes(old: Document, new: Document) -> list[str]:
    """Return the paths of the attributes that differ, never their values."""
    return sorted(set(_differences(old, new, "")))


def with_kept(document: Document, old: Document, attribute: str) -> Document:
    """Return a document with one attribute, named by its path, as it was before."""
    top = attribute.partition(".")[0]
    kept = {key: value for key, value in document.items() if key != top}
    if top in old:
        kept[top] = old[top]
    return kept


def _differences(old: Document, new: Document, prefix: str) -> Iterator[str]:
    for key in old.keys() | new.keys():
        one, other = old.get(key), new.get(key)
        if one == other:
            continue
        if isinstance(one, dict | None) and isinstance(other, dict | None):
            # The URN of an extension says nothing to an administrator.
            inner = prefix if ":" in key else f"{prefix}{key}."
            yield from _differences(one or {}, other or {}, inner)
        else:
            yield prefix + key
