"""Where the attributes that filters and sorting know are kept."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.models.fields.json import KT
from django.db.models.functions import Collate
from scim2_models.path import AttrPath

from entra_scim.document import FOLDED
from entra_scim.transactions import database

from .schema import CORE, ENTERPRISE

TEXTS = {path.lower(): path for path in (*FOLDED, "externalId", "manager")}
"""Strings of ``ProvisionedUser.comparable``, by path in lower case."""

MOMENTS = {"meta.created": "created", "meta.lastmodified": "modified"}
"""Fields of a ProvisionedUser, by path in lower case."""

EMAILS = {"value": "value", "type": "type", "primary": "primary"}
"""Fields of a ProvisionedEmail, by sub-attribute in lower case."""

SUPPORTED = ", ".join(
    (
        "id",
        *TEXTS.values(),
        "active",
        *(f"emails.{name}" for name in EMAILS),
        "meta.created",
        "meta.lastModified",
    )
)


def path_of(attribute: AttrPath) -> str | None:
    """Return an attribute's path in lower case, or None for a foreign schema's.

    Names and URNs have no case (RFC 7643 §2.1). The manager is the one attribute of
    the extension here: Microsoft's older samples ask for it, without its schema, to
    see whether a reference is there.
    """
    if attribute.attr.lower() == "manager" and _is_managers(attribute):
        return "manager"
    if attribute.uri is not None and attribute.uri.lower() != CORE.lower():
        return None
    path = attribute.attr.lower()
    return f"{path}.{attribute.sub_attr.lower()}" if attribute.sub_attr else path


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


def _is_managers(attribute: AttrPath) -> bool:
    urns = {None, CORE.lower(), ENTERPRISE.lower()}
    uri = attribute.uri.lower() if attribute.uri else None
    return uri in urns and (attribute.sub_attr or "value").lower() == "value"
