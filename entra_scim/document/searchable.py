"""The strings of a person's document, in the forms that filters compare.

What can identify somebody is found by key, through an index: Entra may have any of
these for its matching attribute, and asks for it before each person that it
provisions. What describes many people alike, such as a title, is compared where it
is kept: an index would hardly narrow the search, and each write would pay for it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

from entra_scim.text.comparison_keys import (
    canonical_external_id,
    digest,
    folded,
    order_key,
)

from .documents import ENTERPRISE, Document

CORE_STRINGS = (
    "userName",
    "externalId",
    "displayName",
    "nickName",
    "name.formatted",
    "name.familyName",
    "name.givenName",
    "name.middleName",
    "name.honorificPrefix",
    "name.honorificSuffix",
    "profileUrl",
    "title",
    "userType",
    "preferredLanguage",
    "locale",
    "timezone",
)
ENTERPRISE_STRINGS = (
    "employeeNumber",
    "costCenter",
    "organization",
    "division",
    "department",
    "manager.value",
    "manager.displayName",
    "manager.$ref",
)

INDEXED_STRINGS = frozenset(
    (
        "displayName",
        "nickName",
        "name.formatted",
        "name.familyName",
        "name.givenName",
        "employeeNumber",
        "manager.value",
    )
)
"""Strings with a single value that are found by key. userName and externalId are
too, by columns of their own."""

_WAYS = {path: path.split(".") for path in CORE_STRINGS} | {
    path: [ENTERPRISE, *path.split(".")] for path in ENTERPRISE_STRINGS
}
"""The way to each string in a document."""

_INDEXED_WAYS = {path: way for path, way in _WAYS.items() if path in INDEXED_STRINGS}

_VALUE = ("value", "display")

MULTI_VALUED = {
    "emails": _VALUE,
    "phoneNumbers": _VALUE,
    "ims": _VALUE,
    "photos": _VALUE,
    "entitlements": _VALUE,
    "roles": (*_VALUE, "displayName"),
    "x509Certificates": _VALUE,
    "addresses": (
        "formatted",
        "streetAddress",
        "locality",
        "region",
        "postalCode",
        "country",
    ),
}
"""The strings of each value of a multi-valued attribute, beside its type."""

CASE_EXACT = frozenset(("roles.value",))
"""Where the case counts (``caseExact`` of RFC 7643 §2.2), besides externalId."""

UNREADABLE = frozenset(("photos.value", "x509Certificates.value"))
"""What may be long, and is compared as a whole only."""


LISTED = 255
"""How many characters of somebody's names an index of any database takes."""

_LISTED_PART = 100

NAMES = ("displayName", "nickName", "name.givenName", "name.familyName")
"""What people are searched for by, besides addresses: each word of it."""

_ADDRESSES = "emails.value"
_WORDS = "search"
"""The path of what is found by a word that is not the first of a name."""

_MOST_WORDS = 10
_SEARCHED = 128
_WORD = re.compile(r"(?<!\w)\w")


class Element(NamedTuple):
    """A string of a document that is found by key, in the form that is compared."""

    path: str
    key: uuid.UUID | None
    value: str | None
    type: str | None = None
    primary: bool | None = None
    searched: str | None = None
    """What it begins with, as :func:`beginning` gives it, where searches look."""


def form(path: str, value: str) -> str:
    """Return the form in which the string at a path is compared."""
    if path == "externalId":
        return canonical_external_id(value)
    return value if path in CASE_EXACT else folded(value)


def key(path: str, value: str) -> uuid.UUID:
    """Return the key of a string, given in the form that is compared."""
    # With the bits of a name-based one: MariaDB refuses what is no UUID of RFC 9562.
    return uuid.UUID(digest(f"{path}\n{value}")[:32], version=5)


def comparable(document: Document) -> dict[str, str]:
    """Return the strings with a single value, by path, as filters compare them."""
    return _strings(document, _WAYS)


def _strings(document: Document, ways: dict[str, list[str]]) -> dict[str, str]:
    strings = {}
    for path, steps in ways.items():
        value: Any = document
        for step in steps:
            value = value.get(step) if isinstance(value, dict) else None
        if value:
            strings[path] = form(path, value)
    return strings


def beginning(text: str) -> str:
    """Return the form in which searches compare how a name or an address begins.

    Hexadecimal digits: what begins with a text is a range of these, in the order of
    every database and collation. Only what is beyond a length is not told apart.
    """
    return order_key(" ".join(text.split()))[:_SEARCHED]


def words(text: str) -> list[str]:
    """Return a text from each of its words on, the whole one first."""
    starts = [match.start() for match in _WORD.finditer(text)]
    return [text, *(text[start:] for start in starts[:_MOST_WORDS] if start)]


def search_text(document: Document) -> str:
    """Return the names and addresses of a person, in the order of a list of people.

    The name to show comes first.
    """
    name = document.get("name") or {}
    texts = [
        *(document.get("displayName"), document.get("userName")),
        *(name.get("givenName"), name.get("familyName")),
        *(email.get("value") for email in document.get("emails") or ()),
    ]
    parts = dict.fromkeys(folded(text)[:_LISTED_PART] for text in texts if text)
    return " ".join(parts)[:LISTED]


def elements(document: Document) -> list[Element]:
    """Return what is found by key, besides userName and externalId, each once.

    And what searches find by a word within a name.
    """
    names: dict[str, None] = {}
    found = []
    for path, value in _strings(document, _INDEXED_WAYS).items():
        searched = None
        if path in NAMES:
            searched, *others = (beginning(each) for each in words(value))
            names |= dict.fromkeys(others)
        found.append(Element(path, key(path, value), None, searched=searched))
    known = {element.searched for element in found}
    found += (
        Element(_WORDS, None, None, searched=name)
        for name in names
        if name not in known
    )
    for attribute, parts in MULTI_VALUED.items():
        for item in document.get(attribute, ()):
            found += _elements(attribute, parts, item)
    return list(dict.fromkeys(found))


def _elements(
    attribute: str, parts: tuple[str, ...], item: dict[str, Any]
) -> Iterator[Element]:
    kind, primary = item.get("type"), item.get("primary")
    kind = folded(kind) if kind else None
    for part in parts:
        path, value = f"{attribute}.{part}", item.get(part)
        if value:
            compared = form(path, value)
            kept = None if path in UNREADABLE else compared
            searched = beginning(compared) if path == _ADDRESSES else None
            yield Element(path, key(path, compared), kept, kind, primary, searched)
        elif part == "value":
            # There is such a value, of which "ne" is true.
            yield Element(path, None, None, kind, primary)
