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
    """The row by which a string of a document is found."""

    path: str
    key: uuid.UUID | None
    value: str | None
    type: str | None = None
    primary: bool | None = None
    searched: str | None = None
    """What it begins with, as :func:`beginning` gives it, where searches look."""


class String(NamedTuple):
    """A string of a document that is found by key, in the form that is compared."""

    path: str
    text: str | None
    type: str | None = None
    primary: bool | None = None

    @property
    def is_searched(self) -> bool:
        return STRING_ATTRIBUTES[self.path].search is not Search.NOT

    @property
    def element(self) -> Element:
        path, text, kind, primary = self
        if path == _WORDS:
            return Element(path, None, None, searched=text)
        if text is None:
            return Element(path, None, None, kind, primary)
        is_kept = path not in KEYED_STRINGS and not STRING_ATTRIBUTES[path].is_long
        return Element(
            path=path,
            key=key(path, text),
            value=text if is_kept else None,
            type=kind,
            primary=primary,
            searched=beginning(text) if self.is_searched else None,
        )


def form(path: str, value: str) -> str:
    """Return the form in which the string at a path is compared."""
    return STRING_ATTRIBUTES[path].form(value)


def key(path: str, value: str) -> uuid.UUID:
    """Return the key of a string, given in the form that is compared."""
    # With the bits of a name-based one: MariaDB refuses what is not a UUID of RFC 9562.
    return uuid.UUID(digest(f"{path}\n{value}")[:32], version=5)


def comparable(document: Document) -> dict[str, str]:
    """Return the strings with a single value, by path, as filters compare them."""
    return _by_path(document, STRINGS)


def _by_path(document: Document, wanted: dict[str, Single]) -> dict[str, str]:
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


def strings(document: Document) -> list[String]:
    """Return what is found by key, besides userName and externalId, each once.

    And what searches find by a word within a name.
    """
    found, words_within = [], []
    for path, value in _by_path(document, KEYED_STRINGS).items():
        found.append(String(path, value))
        if STRING_ATTRIBUTES[path].search is Search.WORDS:
            words_within += words(value)[1:]
    if words_within:
        known = {beginning(one.text) for one in found if one.text and one.is_searched}
        found += (
            String(_WORDS, word)
            for word in map(beginning, words_within)
            if word not in known
        )
    for attribute, parts in PARTS.items():
        for item in document.get(attribute, ()):
            found += _strings_of_item(attribute, parts, item)
    return list(dict.fromkeys(found))


def elements(document: Document) -> list[Element]:
    """Return the rows of all :func:`strings` of a document."""
    return [string.element for string in strings(document)]


def _strings_of_item(
    attribute: str, parts: dict[str, Attribute], item: dict[str, Any]
) -> Iterator[String]:
    kind, primary = item.get("type"), item.get("primary")
    kind = folded(kind) if kind else None
    for name, part in parts.items():
        path, value = f"{attribute}.{name}", item.get(name)
        if value:
            yield String(path, part.form(value), kind, primary)
        elif name == "value":
            # There is such a value, of which "ne" is true.
            yield String(path, None, kind, primary)
