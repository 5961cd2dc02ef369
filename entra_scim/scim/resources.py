"""Canonical documents out of what Entra sends: read and patched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from pydantic import ValidationError
from scim2_models import (
    Context,
    InvalidValueException,
    PatchOp,
    SCIMException,
    ScimPolicy,
)

from entra_scim.dialect import (
    IGNORED,
    Change,
    check_document,
    check_work,
    complete_role,
    normalize_resource,
    read_operations,
)
from entra_scim.document.catalogue import MULTI_VALUED
from entra_scim.document.documents import (
    CORE,
    ENTERPRISE,
    Document,
    Kept,
    top_of,
    with_kept,
)

from .foreign import foreign_after, foreign_in_resource, foreign_schemas, split
from .messages import PATCH_OP, check_schemas, operations_of
from .plain import plain
from .refusals import for_readers, refusal_of
from .schema import EntraUser
from .single_values import differ_in_texts, with_single_values

POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""What is tolerated of Entra beyond its dialect."""

# Kept, since pydantic makes a class anew once nobody holds it.
_EntraPatch = PatchOp[EntraUser]

_NOT_KEPT = ("schemas", "id", "meta")


def document_from(body: Any) -> Document:
    """Return the canonical document of the body of a POST.

    Raises:
        SCIMException: Says which attribute is wrong and what to change.
    """
    document = _read(body, Context.RESOURCE_CREATION_REQUEST, active=True)
    return document | foreign_in_resource(body)


def replaced(document: Document, body: Any) -> Document:
    """Return the document that the body of a PUT puts in place of another one.

    Raises:
        SCIMException: Says which attribute is wrong and what to change.
    """
    # A PUT that says nothing of active must not let anybody in.
    active = document.get("active", True)
    new = _read(body, Context.RESOURCE_REPLACEMENT_REQUEST, active=active)
    return new | foreign_in_resource(body)


def patched(document: Document, body: dict[str, Any]) -> Document:
    """Return a document after all operations of a PATCH (RFC 7644 §3.5.2).

    The document that is given stays as it is.

    Raises:
        SCIMException: An operation is wrong. None of them is applied then.
    """
    check_schemas(body, PATCH_OP)
    operations = operations_of(body)
    ours, foreign = split(document)
    return _patched(ours, operations) | foreign_after(foreign, operations)


def patched_where_possible(
    document: Document, operations: Any
) -> tuple[Document, list[Kept]]:
    """Return a document after those operations that can be applied, and the rest.

    For a request that deactivates: it must not fail for what else is in it. An
    attribute of which one operation is wrong stays as it was.
    """
    ours, foreign = split(document)
    new, kept = _ours_where_possible(ours, operations)
    if all(item.attribute for item in kept):
        foreign = foreign_after(foreign, operations)
    return new | foreign, kept


def _ours_where_possible(
    document: Document, operations: Any
) -> tuple[Document, list[Kept]]:
    try:
        writes = read_operations(operations)
        check_work(document, writes.changes)
    except SCIMException as refusal:
        return document, [kept_for("", refusal)]
    kept = [kept_for(attribute, refusal) for attribute, refusal in writes.refused]
    unusable = {item.attribute.lower() for item in kept}
    new = document
    for attribute, group in writes.by_attribute().items():
        if attribute.lower() in unusable:
            continue
        try:
            new = _with_attribute(new, attribute, group)
        except SCIMException as refusal:
            kept.append(kept_for(attribute, refusal))
    try:
        check_document(new)
    except SCIMException as refusal:
        return document, [kept_for("", refusal)]
    return new, kept


def replaced_where_possible(
    document: Document, body: dict[str, Any]
) -> tuple[Document, list[Kept]]:
    """Return what of the body of a PUT can be taken, and the rest.

    For a request that deactivates, as :func:`patched_where_possible`.
    """
    attributes = {
        key: value for key, value in body.items() if key.lower() not in IGNORED
    }
    new, kept = patched_where_possible(
        {"userName": document["userName"]}, [{"op": "add", "value": attributes}]
    )
    for item in kept:
        new = with_kept(new, document, item.attribute) if item.attribute else document
    return new, kept


def kept_for(attribute: str, refusal: SCIMException) -> Kept:
    """Return what a refusal keeps as it was: an attribute, or all if it is empty."""
    reason = refusal.scim_type or str(refusal.status)
    return Kept(attribute=attribute, reason=reason, detail=refusal.detail)


def schemas_of(document: Document) -> list[str]:
    """Return the URNs of the schemas that a document uses."""
    extensions = [ENTERPRISE] if ENTERPRISE in document else []
    return [CORE, *extensions, *foreign_schemas(document)]


def _read(body: Any, context: Context, *, active: bool) -> Document:
    """Return the canonical document of a resource, ``active`` unless it says so."""
    if isinstance(body, dict):
        check_schemas(body, CORE)
    resource, paths = normalize_resource(body)
    if not any(name.lower() == "active" for name in resource):
        resource["active"] = active
    if paths:
        # The required userName may be among the paths.
        resource = _patched(
            canonical(validated(resource, Context.DEFAULT)),
            [{"op": "add", "value": paths}],
        )
    elif (document := plain(resource)) is not None:
        return kept_document(document)
    return canonical(validated(resource, context))


def _patched(document: Document, operations: Any) -> Document:
    writes = read_operations(operations)
    for _, refusal in writes.refused:
        raise refusal
    return _written(document, writes.changes)


def _written(document: Document, changes: list[Change]) -> Document:
    check_work(document, changes)
    if not changes:
        return document
    simply = with_single_values(document, changes)
    if simply is None:
        user = patched_by_library(document, changes)
    elif differ_in_texts(simply, document):
        check_document(simply)
        return simply
    elif (plainly := plain(simply)) is not None:
        return kept_document(plainly)
    else:
        user = validated(simply, Context.DEFAULT)
    result = canonical(user)
    if not result.get("userName", "").strip():
        raise InvalidValueException(detail="userName is required.")
    return result


def patched_by_library(document: Document, changes: list[Change]) -> Any:
    """Return the resource that scim2-models makes of a document and its changes.

    Source: RFC 7644 §3.5.2

    Raises:
        SCIMException: A change cannot be done.
    """
    user = validated(document, Context.DEFAULT)
    try:
        patch = _EntraPatch.model_validate(
            {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [change.operation for change in changes],
            },
            scim_ctx=Context.RESOURCE_PATCH_REQUEST,
            scim_policy=POLICY,
        )
        patch.patch(user, scim_policy=POLICY)
    except ValidationError as error:
        raise refusal_of(error) from None
    except SCIMException as refusal:
        if isinstance(refusal.__context__, ValidationError):
            # Its own text is pydantic's, with links and class names.
            raise refusal_of(refusal.__context__) from None
        raise for_readers(refusal) from None
    return user


def _with_attribute(
    document: Document, attribute: str, changes: list[Change]
) -> Document:
    """Return a document after changes that are all about one attribute.

    They see that attribute alone: validating the whole for each would take long.
    """
    top = top_of(attribute).lower()
    alone = {key: value for key, value in document.items() if key.lower() == top}
    required = {"userName": document["userName"]}
    written = _written(required | alone, changes)
    others = {key: value for key, value in document.items() if key not in alone}
    return written | others if top != "username" else others | written


def validated(resource: dict[str, Any], context: Context) -> Any:
    """Return a resource that fits its schemas.

    Raises:
        SCIMException: It does not fit, or is sent without a username.
    """
    schemas = [CORE, ENTERPRISE] if ENTERPRISE in resource else [CORE]
    try:
        user = EntraUser.model_validate(
            {**resource, "schemas": schemas}, scim_ctx=context, scim_policy=POLICY
        )
    except ValidationError as error:
        raise refusal_of(error) from None
    if context != Context.DEFAULT and not (user.user_name or "").strip():
        raise InvalidValueException(detail="userName is required.")
    return user


def canonical(user: Any) -> Document:
    """Return the document that is kept of a resource: one form, with nothing empty."""
    document = cast("Document", user.model_dump())
    for name in _NOT_KEPT:
        document.pop(name, None)
    return kept_document(document)


def kept_document(document: Document) -> Document:
    """Return a document without values that say nothing, or the same twice."""
    for name in MULTI_VALUED:
        if name in document:
            document[name] = _meaningful(name, document[name])
            if not document[name]:
                del document[name]
    check_document(document)
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
