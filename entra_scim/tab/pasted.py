"""What administrators paste of Entra's Overview: IDs, with what comes along."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from entra_scim.secrecy.hiding import without_variables

# Spaces, also those of no width, quotes, braces.
_ALONG = re.compile(r"[\s\u200b-\u200d\u2060\ufeff\"'{}]")

_GUID = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_GUIDS = re.compile(_GUID, re.IGNORECASE)

# A field of one line loses the line breaks between name and value. The portal's names
# are in the reader's language, but for what is in parentheses.
_BETWEEN = r"(?:[\s:]|ID)*"
_LABELLED = {
    "client_id": re.compile(rf"\(client[^)]*\){_BETWEEN}{_GUID}", re.IGNORECASE),
    "tenant_id": re.compile(
        rf"\((?:tenant|mandant|locataire)[^)]*\){_BETWEEN}{_GUID}", re.IGNORECASE
    ),
}
_OBJECT_ID = re.compile(r"\bobject[ -]?id", re.IGNORECASE)
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")


def without_what_comes_along(text: str) -> str:
    """Return a pasted text without spaces, quotes and braces."""
    return _ALONG.sub("", text)


@without_variables
def with_ids_apart(data: Any) -> Any:
    """Return what a form sent, with both IDs in their fields.

    Both may have been pasted into either, as lines of Entra's Overview in any order,
    with the Object ID between them.
    """
    for name in _LABELLED:
        text = data.get(name, "")
        found = {
            field: match[1]
            for field, pattern in _LABELLED.items()
            if (match := pattern.search(text))
        }
        if found.keys() == _LABELLED.keys():
            data = data.copy()
            for field, value in found.items():
                data[field] = value
            return data
    return data


class GuidField(forms.UUIDField):
    """A GUID as people paste it: with spaces, quotes, braces or its name around it."""

    widget = forms.TextInput(
        attrs={"class": "vTextField", "autocomplete": "off", "spellcheck": "false"}
    )
    default_error_messages = {
        "invalid": _(
            "This is not an ID. Copy it from Entra, with the copy button next to it: it "
            "looks like 00000000-0000-0000-0000-000000000000."
        ),
        "domain": _(
            "This is a domain of the directory, not its ID. In Entra, open App "
            "registrations → your application → Overview, and copy Directory (tenant) ID."
        ),
        "object_id": _(
            "This is the Object ID. Copy the line with the name of this field instead."
        ),
    }

    def to_python(self, value: Any) -> Any:
        text = str(value or "")
        if _OBJECT_ID.search(text):
            raise ValidationError(self.error_messages["object_id"], code="object_id")
        if _DOMAIN.fullmatch(text.strip()):
            raise ValidationError(self.error_messages["domain"], code="domain")
        found = _GUIDS.findall(text)
        text = found[0] if len(found) == 1 else text
        return super().to_python(without_what_comes_along(text))
