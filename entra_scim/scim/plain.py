"""Resources that have the form in which they are kept already, as nearly all of Entra's.

The library that knows every form takes many times as long for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from entra_scim.document.attribute import Attribute, Type
from entra_scim.document.attributes import ENTERPRISE_USER, USER
from entra_scim.document.documents import Document

_KINDS = {Type.TEXT: str, Type.BOOLEAN: bool}

_Declared = dict[str, Attribute]


def _declared(attributes: Iterable[Attribute]) -> _Declared:
    return {attribute.name: attribute for attribute in attributes}


_CORE = _declared(USER.attributes)
_EXTENSION = _declared(ENTERPRISE_USER.attributes)
_PARTS = {
    id(attribute): _declared(attribute.parts)
    for attribute in (*USER.attributes, *ENTERPRISE_USER.attributes)
}


def plain(resource: dict[str, Any]) -> Document | None:
    """Return what is kept of a resource with declared names and values alone.

    In the order of the schema, which the library has too. None stands for a resource
    that is to be read by the library, as one with a name in another case, or a value of
    another type, or nothing in it.
    """
    core = {name: one for name, one in resource.items() if name != ENTERPRISE_USER.urn}
    found = _members(core, _CORE)
    if found is None or not found.get("userName", "").strip():
        return None
    if len(core) < len(resource):
        extension = _members(resource[ENTERPRISE_USER.urn], _EXTENSION)
        if extension is None:
            return None
        found[ENTERPRISE_USER.urn] = extension
    return found


def _members(value: Any, declared: _Declared) -> dict[str, Any] | None:
    """Return the members of an object in the order in which they are declared."""
    if type(value) is not dict or not value or not value.keys() <= declared.keys():
        return None
    members = {}
    for name, attribute in declared.items():
        if name in value:
            member = _value(value[name], attribute)
            if member is None:
                return None
            members[name] = member
    return members


def _value(value: Any, attribute: Attribute) -> Any:
    """Return a value if it is plain, and None otherwise."""
    if not attribute.parts:
        is_plain = type(value) is _KINDS.get(attribute.type) and value != ""
        return value if is_plain else None
    parts = _PARTS[id(attribute)]
    if not attribute.multi_valued:
        return _members(value, parts)
    if type(value) is not list or not value:
        return None
    items = [_members(item, parts) for item in value]
    if None in items or sum(1 for item in items if item and item.get("primary")) > 1:
        return None  # The library says which refusal RFC 7643 §2.4 asks for.
    return items
