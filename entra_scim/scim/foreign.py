"""Attributes of no schema of ours, which are kept and answered as Entra sends them.

Entra compares what it reads with its mappings. What it maps and does not find, it
sends again each time that it looks at a person. Nothing of ours uses these values; a
product's policy may. What is kept is bounded, and nothing is refused for them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from entra_scim.dialect import IGNORED
from entra_scim.document.catalogue import EXTENSION, NAMES
from entra_scim.document.documents import CORE, ENTERPRISE, Document

_MOST = 50
_LONGEST = 2000  # characters of JSON
_LOOKED_AT = 200  # members of an object: nobody maps that many
_NAME = re.compile(r"[a-z][\w$-]{0,99}", re.IGNORECASE | re.ASCII)
_URN = re.compile(r"urn:[\w.:-]{1,200}", re.IGNORECASE | re.ASCII)

_OURS = (NAMES.keys() - EXTENSION.keys()) | {
    "manager",
    CORE.lower(),
    ENTERPRISE.lower(),
    *IGNORED,
}


def split(document: Document) -> tuple[Document, Document]:
    """Return what of a document our schemas have, and what they have not."""
    foreign = {name: document[name] for name in document if _is_foreign(name)}
    return {name: document[name] for name in document if name not in foreign}, foreign


def foreign_in_resource(body: Document) -> Document:
    """Return the foreign attributes in the body of a POST or PUT."""
    kept: Document = {}
    for name, value in islice(body.items(), _LOOKED_AT):
        _write(kept, "add", name, value)
    return kept


def foreign_after(foreign: Document, operations: Any) -> Document:
    """Return foreign attributes after the operations of a PATCH.

    Whole attributes only: what a filter or a sub-attribute selects of them is left
    alone.
    """
    kept = {
        name: dict(value) if isinstance(value, dict) else value
        for name, value in foreign.items()
    }
    for op, path, value in _parts(operations):
        _write(kept, op, path, value)
    return kept


def foreign_schemas(document: Document) -> list[str]:
    """Return the URNs of the foreign extensions in a document."""
    return [name for name in document if _is_foreign(name) and ":" in name]


def _parts(operations: Any) -> Iterator[tuple[str, str, Any]]:
    for operation in operations if isinstance(operations, list) else ():
        members = {name.lower(): value for name, value in operation.items()}
        op, path, value = (members.get(name) for name in ("op", "path", "value"))
        if not isinstance(op, str):
            continue
        if isinstance(path, str) and path and path.lower() != CORE.lower():
            yield op.lower(), path, value
        elif isinstance(value, dict):
            for name, item in islice(value.items(), _LOOKED_AT):
                yield op.lower(), name, item


def _write(kept: Document, op: str, path: str, value: Any) -> None:
    path = path.removeprefix(f"{CORE}:")
    if not path.lower().startswith("urn:"):
        if _NAME.fullmatch(path) and _is_foreign(path):
            _set(kept, op, path, value)
        return
    if isinstance(value, dict) or _found(kept, path) in kept:
        members = value if isinstance(value, dict) else {}
        _write_extension(kept, op, path, members)
    else:
        urn, _, name = path.rpartition(":")
        _write_extension(kept, op, urn, {name: value}, whole=False)


def _write_extension(
    kept: Document, op: str, urn: str, members: Document, *, whole: bool = True
) -> None:
    if not _URN.fullmatch(urn) or not _is_foreign(urn):
        return
    extension = kept.get(_found(kept, urn))
    inner = dict(extension) if isinstance(extension, dict) else {}
    if whole and (op == "remove" or not members):
        inner = {}
    else:
        for name, value in islice(members.items(), _LOOKED_AT):
            if _NAME.fullmatch(name):
                _set(inner, op, name, value)
    _set(kept, "replace", urn, inner)


def _set(kept: Document, op: str, name: str, value: Any) -> None:
    if name.lower().endswith("password"):
        return
    name = _found(kept, name)
    before = kept.get(name)
    listed = value if isinstance(value, list) else [value]
    if op == "remove" and isinstance(before, list) and value is not None:
        value = [item for item in before if item not in listed]
    elif op == "remove":
        value = None
    elif op == "add" and isinstance(before, list):
        value = [*before, *(item for item in listed if item not in before)]
    if value is None or value in ("", [], {}):
        kept.pop(name, None)
    elif (name in kept or len(kept) < _MOST) and len(json.dumps(value)) <= _LONGEST:
        kept[name] = value


def _found(kept: Document, name: str) -> str:
    """Return a name as it is kept: names have no case (RFC 7643 §2.1)."""
    return next((one for one in kept if one.lower() == name.lower()), name)


@lru_cache(maxsize=1024)
def _is_foreign(name: str) -> bool:
    lowered = name.lower()
    return lowered not in _OURS and not lowered.startswith(
        (f"{CORE.lower()}:", f"{ENTERPRISE.lower()}:")
    )
