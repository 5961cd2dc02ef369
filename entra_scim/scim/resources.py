"""Canonical documents out of what Entra sends: read and patched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, cast

from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails
from scim2_models import (
    Context,
    Error,
    InvalidFilterException,
    InvalidValueException,
    PatchOp,
    SCIMException,
    ScimPolicy,
)

from entra_scim.dialect import (
    check_number,
    complete_role,
    normalize_operations,
    normalize_resource,
)
from entra_scim.document import Document

from .schema import CORE, ENTERPRISE, EntraUser

POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""What is tolerated of Entra beyond its dialect."""

# Kept, since pydantic makes a class anew once nobody holds it.
_EntraPatch = PatchOp[EntraUser]

_MULTI_VALUED = (
    "emails",
    "phoneNumbers",
    "ims",
    "photos",
    "addresses",
    "entitlements",
    "roles",
    "x509Certificates",
)
_KINDS = {
    "bool_type": "true or false",
    "dict_type": "an object",
    "list_type": "a list",
    "model_attributes_type": "an object",
    "model_type": "an object",
    "string_type": "a string",
}
"""What a value should have been, by pydantic's name of the error."""

_VALUES = re.compile(r"(?<=\[)[^\]]*(?=\])|(?<=^value ).*(?= is not valid)")
_NOT_KEPT = ("schemas", "id", "meta")
_DETAILS = 3


def document_from(body: Any, *, replacing: bool = False) -> Document:
    """Return the canonical document of the body of a POST or a PUT.

    Raises:
        SCIMException: Says which attribute is wrong and what to change.
    """
    resource, paths = normalize_resource(body)
    context = (
        Context.RESOURCE_REPLACEMENT_REQUEST
        if replacing
        else Context.RESOURCE_CREATION_REQUEST
    )
    if paths:
        # The required userName may be among the paths.
        document = patched(
            _canonical(_validated(resource, Context.DEFAULT)),
            [{"op": "add", "value": paths}],
        )
        return _canonical(_validated(document, context))
    return _canonical(_validated(resource, context))


def patched(document: Document, operations: Any) -> Document:
    """Return a document after all operations of a PATCH (RFC 7644 §3.5.2).

    The document that is given stays as it is.

    Raises:
        SCIMException: An operation is wrong. None of them is applied then.
    """
    normalized = normalize_operations(operations)
    user = _validated(document, Context.DEFAULT)
    if not normalized:
        return document
    try:
        patch = _EntraPatch.model_validate(
            {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": normalized,
            },
            scim_ctx=Context.RESOURCE_PATCH_REQUEST,
            scim_policy=POLICY,
        )
        patch.patch(user, scim_policy=POLICY)
    except ValidationError as error:
        raise _refusal(error) from None
    except (InvalidFilterException, InvalidValueException) as refusal:
        if isinstance(refusal.__context__, ValidationError):
            # Its own text is pydantic's, with links and class names.
            raise _refusal(refusal.__context__) from None
        raise _without_values(refusal) from None
    result = _canonical(user)
    if not result.get("userName"):
        raise InvalidValueException(detail="userName is required.")
    return result


def schemas_of(document: Document) -> list[str]:
    """Return the URNs of the schemas that a document uses."""
    return [CORE, ENTERPRISE] if ENTERPRISE in document else [CORE]


def _validated(resource: dict[str, Any], context: Context) -> Any:
    schemas = schemas_of(resource)
    try:
        user = EntraUser.model_validate(
            {**resource, "schemas": schemas}, scim_ctx=context, scim_policy=POLICY
        )
    except ValidationError as error:
        raise _refusal(error) from None
    if context != Context.DEFAULT and not (user.user_name or "").strip():
        raise InvalidValueException(detail="userName is required.")
    return user


def _canonical(user: Any) -> Document:
    document = cast("Document", user.model_dump())
    for name in _NOT_KEPT:
        document.pop(name, None)
    for name in _MULTI_VALUED:
        if name in document:
            document[name] = _meaningful(name, document[name])
            check_number(name, document[name])
            if not document[name]:
                del document[name]
    return document


def _meaningful(name: str, items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the values of an attribute without empty shells, and each just once.

    What is left of a value when Entra clears it says nothing. The same value twice,
    as an ``add`` of one that is there, is one; the later says more of it.
    """
    kept: dict[Any, dict[str, Any]] = {}
    for item in items:
        if item.keys() <= {"type", "primary"}:
            continue
        key: Any = frozenset(item.items() - {("primary", item.get("primary"))})
        if "value" in item:
            key = (item["value"], None if name == "roles" else item.get("type"))
        kept[key] = {**kept.get(key, {}), **item}
    values = list(kept.values())
    return [complete_role(role) for role in values] if name == "roles" else values


def _without_values(refusal: SCIMException) -> SCIMException:
    """Return a refusal that does not tell what a filter in a path compares with.

    That may be somebody's address or phone number, and events keep the text.
    """
    return type(refusal)(detail=_VALUES.sub("…", refusal.detail))


def _refusal(error: ValidationError) -> SCIMException:
    """Return the refusal that a failed validation means, without what was sent."""
    errors = error.errors(include_url=False, include_input=False)
    first = Error.from_validation_error(errors[0])
    first.detail = " ".join(_detail(item) for item in errors[:_DETAILS])
    return SCIMException.from_error(first)


def _detail(error: ErrorDetails) -> str:
    kind = _KINDS.get(error["type"])
    if kind is None or not error["loc"]:
        return f"{Error.from_validation_error(error).detail}."
    attribute = ""
    for part in error["loc"]:
        # What a PATCH sets is told by the name of the field, "display_name".
        name = to_camel(str(part)) if "_" in str(part) else str(part)
        if isinstance(part, int):
            attribute += f"[{part}]"
        elif attribute:
            attribute += f":{name}" if attribute == ENTERPRISE else f".{name}"
        else:
            attribute = name
    return f"{attribute} must be {kind}."
