"""The SCIM document of a person, as the domain sees it: plain and canonical."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
"""A resource in SCIM's own names, without id, meta, schemas, nulls and empties."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What stays as it was, though a request that deactivates would change it."""

    attribute: str
    """Its path; empty for all that the request has besides."""

    reason: str
    """A code, by which reasons are told apart."""

    detail: str
    """Why, and what to change."""


CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def changed_attributes(old: Document, new: Document) -> list[str]:
    """Return the paths of the attributes that differ, never their values."""
    return sorted(set(_differences(old, new, "")))


def with_kept(document: Document, old: Document, attribute: str) -> Document:
    """Return a document with one attribute, named by its path, as it was before.

    Of a complex attribute or an extension, the whole stays. Names have no case.
    """
    top = top_of(attribute).lower()
    kept = {key: value for key, value in document.items() if key.lower() != top}
    return kept | {key: value for key, value in old.items() if key.lower() == top}


def top_of(attribute: str) -> str:
    """Return the name in a document under which the attribute of a path is."""
    if attribute.lower().startswith(ENTERPRISE.lower()):
        return ENTERPRISE
    return attribute.partition(".")[0]


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
