"""The strings of a person's document, in the forms that filters compare.

Entra asks for the matching attribute before each person that it provisions. What can
be one is found by key, through an index; anything else is compared where it is kept:
an index would hardly narrow the search, and each write would pay for it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

from entra_scim.text.comparison_keys import digest, folded, order_key

from .attribute import Attribute, Search
from .catalogue import KEYED_STRINGS, PARTS, STRING_ATTRIBUTES, STRINGS, Single
from .documents import Document

LISTED = 255
"""How many characters of somebody's names an index of any database takes."""

_LISTED_PART = 100

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
    return STRING_ATTRIBUTES[path].form(value)


def key(path: str, value: str) -> uuid.UUID:
    """Return the key of a string, given in the form that is compared."""
    # With the bits of a name-based one: MariaDB refuses what is not a UUID of RFC 9562.
    return uuid.UUID(digest(f"{path}\n{value}")[:32], version=5)


def comparable(document: Document) -> dict[str, str]:
    """Return the strings with a single value, by path, as filters compare them."""
    return _strings(document, STRINGS)


def _strings(document: Document, wanted: dict[str, Single]) -> dict[str, str]:
    strings = {}
    for path, way, attribute in wanted.values():
        value: Any = document
        for step in way:
            value = value.get(step) if isinstance(value, dict) else None
        if value:
            strings[path] = attribute.form(value)
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
    for path, value in _strings(document, KEYED_STRINGS).items():
        search = KEYED_STRINGS[path].attribute.search
        if search is Search.WORDS:
            names |= dict.fromkeys(map(beginning, words(value)[1:]))
        found.append(
            Element(path, key(path, value), None, searched=_searched(search, value))
        )
    known = {element.searched for element in found}
    found += (
        Element(_WORDS, None, None, searched=name)
        for name in names
        if name not in known
    )
    for attribute, parts in PARTS.items():
        for item in document.get(attribute, ()):
            found += _elements(attribute, parts, item)
    return list(dict.fromkeys(found))


def _searched(search: Search, value: str) -> str | None:
    return None if search is Search.NOT else beginning(value)


def _elements(
    attribute: str, parts: dict[str, Attribute], item: dict[str, Any]
) -> Iterator[Element]:
    kind, primary = item.get("type"), item.get("primary")
    kind = folded(kind) if kind else None
    for name, part in parts.items():
        path, value = f"{attribute}.{name}", item.get(name)
        if value:
            compared = part.form(value)
            kept = None if part.is_long else compared
            searched = _searched(part.search, compared)
            yield Element(path, key(path, compared), kept, kind, primary, searched)
        elif name == "value":
            # There is such a value, of which "ne" is true.
            yield Element(path, None, None, kind, primary)
