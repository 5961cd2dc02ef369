"""Entra's usual question, whether a person is here, without the grammar of filters."""

from __future__ import annotations

import re

from entra_scim.connection.admission import LookUp
from entra_scim.document.documents import CORE
from entra_scim.text import comparison_keys

from .filters import MAX_LENGTH

_LOOK_UP = re.compile(
    rf'(?:{re.escape(CORE)}:)?(?P<attribute>userName|externalId) eq "(?P<value>[^"\\]*)"',
    re.IGNORECASE,
)


def look_up_of(text: str) -> LookUp | None:
    """Return the person that a filter means, if it is Entra's usual question.

    None stands for any other filter, and for one that is wrong, of which the
    translation into SQL tells what is wrong.
    """
    found = _LOOK_UP.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if found is None or not found["value"].isprintable():
        return None
    if found["attribute"].lower() == "username":
        return LookUp("user_name_key", comparison_keys.user_name_key(found["value"]))
    # An empty externalId is nobody's.
    return LookUp(
        "external_id_key", comparison_keys.external_id_key(found["value"]) or ""
    )
