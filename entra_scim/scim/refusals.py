"""Refusals of scim2-models and pydantic in SCIM's words, and without what was sent."""

from __future__ import annotations

import re

from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails
from scim2_models import Error, SCIMException

from entra_scim.document.documents import ENTERPRISE

_KINDS = {
    "bool_type": "true or false",
    "dict_type": "an object",
    "list_type": "a list",
    "model_attributes_type": "an object",
    "model_type": "an object",
    "string_type": "a string",
}
"""What a value should have been, by pydantic's name of the error."""

_VALUES = re.compile(r"(?<=\[).*(?=\])|(?<=^value ).*(?= is not valid)", re.DOTALL)
_FIELDS = re.compile(r"(?<=')[a-z0-9]+(?:_[a-z0-9]+)+(?=')")
_DETAILS = 3


def for_readers(refusal: SCIMException) -> SCIMException:
    """Return a refusal of scim2-models in SCIM's names, and without values.

    A filter in a path may compare with somebody's address or phone number, and
    events keep the text.
    """
    text = _VALUES.sub("…", refusal.detail)
    text = _FIELDS.sub(lambda match: to_camel(match[0]), text)
    return type(refusal)(detail=f"{text[:1].upper()}{text[1:]}".rstrip(".") + ".")


def refusal_of(error: ValidationError) -> SCIMException:
    """Return the refusal that a failed validation means, without what was sent."""
    errors = error.errors(include_url=False, include_input=False)
    first = Error.from_validation_error(errors[0])
    first.detail = " ".join(map(_detail, errors[:_DETAILS]))
    return SCIMException.from_error(first)


def _detail(error: ErrorDetails) -> str:
    if (kind := _KINDS.get(error["type"])) is None or not error["loc"]:
        return f"{Error.from_validation_error(error).detail}."
    attribute = ""
    for part in error["loc"]:
        # What a PATCH sets is told by the name of the field, "display_name".
        name = to_camel(str(part)) if "_" in str(part) else str(part)
        if isinstance(part, int):
            attribute += f"[{part}]"
        else:
            colon = ":" if attribute == ENTERPRISE else "."
            attribute += f"{colon if attribute else ''}{name}"
    return f"{attribute} must be {kind}."
