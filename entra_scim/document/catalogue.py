"""The declared attributes by path, as those who read documents ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from . import attributes
from .attribute import Attribute, Schema, Search, Type
from .documents import ENTERPRISE


class Single(NamedTuple):
    """A declared attribute of which a person has one."""

    path: str
    """Its name, behind that of the complex attribute that it is a part of.

    Without a URN: no two schemas have the same name.
    """
    way: tuple[str, ...]
    """Where a document has it."""
    attribute: Attribute


SCHEMAS = (attributes.USER, attributes.ENTERPRISE_USER)

_ATTRIBUTES = [each for schema in SCHEMAS for each in schema.attributes]


def _singles(schema: Schema) -> Iterator[Single]:
    root = () if schema is attributes.USER else (schema.urn,)
    for attribute in schema.attributes:
        if attribute.multi_valued:
            continue
        name = attribute.name
        if not attribute.parts:
            yield Single(name, (*root, name), attribute)
        for part in attribute.parts:
            yield Single(f"{name}.{part.name}", (*root, name, part.name), part)


SINGLES = {each.path: each for schema in SCHEMAS for each in _singles(schema)}
"""What a person has one of, by path."""

STRINGS = {
    path: each for path, each in SINGLES.items() if each.attribute.type is Type.TEXT
}
"""Of these, the strings."""

KEYED_STRINGS = {
    path: each
    for path, each in STRINGS.items()
    if each.attribute.keyed or each.attribute.search is not Search.NOT
}
"""Strings with a row of their own. Some others are found by a column of the person."""

SEARCHED_NAMES = {
    each.way[0]
    for each in KEYED_STRINGS.values()
    if each.attribute.search is Search.WORDS
}
"""Where a document has the names of which each word is searched."""

MULTI_VALUED = {each.name: each for each in _ATTRIBUTES if each.multi_valued}

PARTS = {
    name: {
        part.name: part
        for part in attribute.parts
        if part.name not in ("type", "primary")
    }
    for name, attribute in MULTI_VALUED.items()
}
"""The strings of each value of a multi-valued attribute, beside its type."""

STRING_ATTRIBUTES = {path: each.attribute for path, each in STRINGS.items()} | {
    f"{name}.{part.name}": part
    for name, parts in PARTS.items()
    for part in parts.values()
}
"""Whatever filters compare as a string, by path."""

COMPLEX = {
    each.name.lower()
    for each in attributes.USER.attributes
    if each.parts and not each.multi_valued
}
"""Single values of the core schema with parts, in lower case."""

EXTENSION = {each.name.lower(): each for each in attributes.ENTERPRISE_USER.attributes}
"""The attributes of the extension, by name in lower case."""

NAMES = {
    each.name.lower(): {part.name.lower() for part in each.parts}
    for each in _ATTRIBUTES
}
"""Every attribute with its parts, in lower case: names have no case."""

ACCOUNT_FIELDS = {
    each.attribute.account_field: (
        f"{ENTERPRISE}:{path}" if each.way[0] == ENTERPRISE else path
    )
    for path, each in STRINGS.items()
    if each.attribute.account_field
}
"""The fields of the user that Entra manages by default, each with its attribute."""

SORTABLE = {
    path: attribute
    for path, attribute in (
        *((path, each.attribute) for path, each in SINGLES.items()),
        *((each.name, each) for each in attributes.META),
    )
    if attribute.sortable
}
"""What people can be sorted by."""
