"""Where the attributes that filters and sorting know are kept."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.models.fields.json import KT
from django.db.models.functions import Collate
from scim2_models.path import AttrPath

from entra_scim.database.transactions import database
from entra_scim.document.attribute import Type
from entra_scim.document.attributes import META
from entra_scim.document.catalogue import MULTI_VALUED, PARTS, SINGLES, STRINGS
from entra_scim.document.documents import CORE, ENTERPRISE

TEXTS = {path.lower(): path for path in STRINGS}
"""Strings of ``ProvisionedUser.comparable``, by path in lower case."""

BOOLEANS = {
    path.lower(): attribute.column
    for path, _way, attribute in SINGLES.values()
    if attribute.type is Type.BOOLEAN
}
TIMES = {attribute.name.lower(): attribute.column for attribute in META}
"""Fields of a ProvisionedUser, by path in lower case."""

KEYS = {
    path: attribute.column
    for path, _way, attribute in STRINGS.values()
    if attribute.column
}
"""Fields with the keys of strings, by path."""

ELEMENTS = {attribute.lower(): attribute for attribute in MULTI_VALUED}
"""Multi-valued attributes, whose values are rows of ProvisionedElement."""

_EXTENSION = {
    path.lower() for path, way, _attribute in SINGLES.values() if way[0] == ENTERPRISE
}
_SHORT = {
    path.lower().removesuffix(".value"): path.lower()
    for path in STRINGS
    if path.endswith(".value")
}
"""What stands for its value, such as the manager."""


def path_of(attribute: AttrPath) -> str | None:
    """Return an attribute's path in lower case, or None for a foreign schema's.

    Names and URNs have no case (RFC 7643 §2.1). Attributes of the extension are
    known without its URN too, as Microsoft's older samples ask for the manager.
    """
    path = attribute.attr.lower()
    if attribute.sub_attr:
        path = f"{path}.{attribute.sub_attr.lower()}"
    path = _SHORT.get(path, path)
    uri = (attribute.uri or CORE).lower()
    if uri == ENTERPRISE.lower():
        return path if path in _EXTENSION else None
    return path if uri == CORE.lower() else None


def element_paths(attribute: str) -> list[str]:
    """Return the paths of a multi-valued attribute's strings."""
    return [f"{attribute}.{part}" for part in PARTS[attribute]]


def text(path: str) -> Any:
    """Return the expression of a person's string, by its path in lower case."""
    return by_code_points(KT(f"comparable__{TEXTS[path]}"))


def by_code_points(expression: Any) -> Any:
    """Return a string so that databases compare it as Python does.

    PostgreSQL sorts in the language of the server, and MariaDB takes ``josé`` for
    ``jose``.
    """
    collation = _COLLATIONS.get(connections[database()].vendor)
    return Collate(expression, collation) if collation else expression


_COLLATIONS = {"postgresql": "C", "mysql": "utf8mb4_bin"}
