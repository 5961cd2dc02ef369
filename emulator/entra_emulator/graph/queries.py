"""The part of OData that setting up an application needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .errors import GraphError, bad_request

Document = dict[str, Any]

_EQUALS = re.compile(r"\s*(\w+)\s+eq\s+'((?:[^']|'')*)'\s*")


def listed(
    documents: Iterable[Document], query: Mapping[str, str], filterable: set[str]
) -> Document:
    """Return a collection, filtered and reduced as the query says.

    Raises:
        GraphError: The filter is another than one for equality of what can be filtered.
    """
    found = list(documents)
    if "$filter" in query:
        match = _EQUALS.fullmatch(query["$filter"])
        if match is None or match[1] not in filterable:
            raise GraphError(
                400, "Request_UnsupportedQuery", "Unsupported or invalid query filter."
            )
        value = match[2].replace("''", "'")
        found = [one for one in found if one.get(match[1]) == value]
    return {"value": [selected(one, query) for one in found]}


def selected(document: Document, query: Mapping[str, str]) -> Document:
    """Return the members of a document that ``$select`` names, or all.

    Raises:
        GraphError: There is no member of such a name.
    """
    if "$select" not in query:
        # Keys are answered to who asks for them only.
        keys = [{**one, "key": None} for one in document.get("keyCredentials", ())]
        return {**document, "keyCredentials": keys} if keys else document
    names = [name.strip() for name in query["$select"].split(",")]
    if unknown := set(names) - document.keys():
        raise bad_request(f"Could not find a property named '{sorted(unknown)[0]}'.")
    return {name: document[name] for name in names}
