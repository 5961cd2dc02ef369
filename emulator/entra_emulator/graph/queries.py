"""The part of OData that setting up an application needs.

https://learn.microsoft.com/en-us/graph/query-parameters
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request

from .errors import GraphError, bad_request

Document = dict[str, Any]

_CONDITION = re.compile(
    r"\s*([\w/]+)\s+(eq|gt|lt)\s+(?:'((?:[^']|'')*)'|([\d:.TZ+-]+))\s*(?:and\s|$)"
)
_MOST = 999
_USUAL = 100
_BOUNDS = {"gt": operator.gt, "lt": operator.lt}


def listed(
    documents: Iterable[Document], query: Mapping[str, str], filterable: set[str]
) -> Document:
    """Return a collection, filtered and reduced as the query says.

    Raises:
        GraphError: The filter is not one of comparisons, joined by "and", of what can
            be filtered.
    """
    found = list(documents)
    for name, comparison, value in _conditions(query.get("$filter", "")):
        is_time = name.endswith("DateTime")
        if name not in filterable or is_time is (comparison == "eq"):
            raise _unsupported()
        if comparison == "eq":
            found = [one for one in found if _at(one, name) == value]
        else:
            fits = _BOUNDS[comparison]
            found = [one for one in found if fits(_at(one, name), value)]
    return {"value": [selected(one, query) for one in found]}


def ordered(
    documents: Iterable[Document], query: Mapping[str, str], name: str
) -> list[Document]:
    """Return documents by one member: the highest first, unless the query says otherwise.

    Raises:
        GraphError: They are wanted by another member.
    """
    wanted = query.get("$orderby", f"{name} desc").split()
    if wanted not in ([name], [name, "asc"], [name, "desc"]):
        raise _unsupported()
    return sorted(
        documents, key=lambda one: str(one[name]), reverse=wanted[-1] == "desc"
    )


def paged(collection: Document, request: Request) -> Document:
    """Return one page of a collection, with the address of the next one, if there is one.

    Raises:
        GraphError: ``$top`` or ``$skiptoken`` is not a number that fits.
    """
    query = request.args.to_dict()
    try:
        size = int(query.get("$top", _USUAL))
        start = int(query.get("$skiptoken", 0))
    except ValueError:
        raise bad_request("Invalid page size or skip token.") from None
    if not 0 < size <= _MOST or start < 0:
        raise bad_request(f"Invalid page size specified: '{size}'. Must be 1 to 999.")
    values = collection["value"]
    page = {"value": values[start : start + size]}
    if start + size < len(values):
        following = urlencode({**query, "$skiptoken": start + size}, safe="$")
        page["@odata.nextLink"] = f"{request.base_url}?{following}"
    return page


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


def _conditions(text: str) -> list[tuple[str, str, str]]:
    conditions, position = [], 0
    while position < len(text):
        match = _CONDITION.match(text, position)
        if match is None:
            raise _unsupported()
        name, comparison, quoted, bare = match.groups()
        # Texts are quoted, and points in time are not.
        if (quoted is None) is (comparison == "eq"):
            raise _unsupported()
        value = bare if quoted is None else quoted.replace("''", "'")
        conditions.append((name, comparison, value))
        position = match.end()
    return conditions


def _at(document: Document, path: str) -> Any:
    value: Any = document
    for name in path.split("/"):
        value = (value or {}).get(name)
    return value


def _unsupported() -> GraphError:
    return GraphError(
        400, "Request_UnsupportedQuery", "Unsupported or invalid query filter."
    )
