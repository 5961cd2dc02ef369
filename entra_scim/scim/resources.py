"""The resource that this service speaks of: a SCIM User with the enterprise extension.

Not scim2-models' own ``User``: that one rewrites or refuses what Entra sends
(``Ann@CONTOSO.com``, ``x@corp.local``), takes "0" for a boolean, and has attributes
that are not supported here. What stands here is what ``/Schemas`` publishes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, cast

from pydantic import Field, Strict, ValidationError
from scim2_models import (
    URN,
    AnyExtension,
    CaseExact,
    ComplexAttribute,
    Context,
    Error,
    Extension,
    InvalidValueException,
    PatchOp,
    Required,
    Resource,
    ResponseParameters,
    SCIMException,
    ScimPolicy,
    Uniqueness,
)
from scim2_models import Name as Name

from entra_scim.dialect import normalize_operations, normalize_resource
from entra_scim.document import Document

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""What is tolerated of Entra beyond its dialect."""


class MultiValue(ComplexAttribute):
    """The sub-attributes that all multi-valued attributes have (RFC 7643 §2.4)."""

    display: str | None = None
    """A human-readable name, for display."""

    type: str | None = None
    """What the value is for, such as 'work'."""

    primary: Annotated[bool | None, Strict()] = None
    """Whether this is the preferred value."""


class Email(MultiValue):
    value: str | None = None
    """An e-mail address."""


class PhoneNumber(MultiValue):
    value: str | None = None
    """A phone number."""


class Im(MultiValue):
    value: str | None = None
    """An instant messaging address."""


class Photo(MultiValue):
    value: str | None = None
    """The URL of a photo."""


class Entitlement(MultiValue):
    value: str | None = None
    """An entitlement."""


class X509Certificate(MultiValue):
    value: str | None = None
    """A certificate."""


class Role(MultiValue):
    value: str | None = None
    """The Value of an app role: the name of a role, or several with commas."""

    display_name: str | None = None
    """The display name of an app role, as some of Entra's functions call it."""


class Address(ComplexAttribute):
    formatted: str | None = None
    """The full address."""

    street_address: str | None = None
    """Street and number."""

    locality: str | None = None
    """The city."""

    region: str | None = None
    """The state or region."""

    postal_code: str | None = None
    """The postal code."""

    country: str | None = None
    """The country."""

    type: str | None = None
    """What the address is for, such as 'work'."""

    primary: Annotated[bool | None, Strict()] = None
    """Whether this is the preferred address."""


class User(Resource[AnyExtension]):
    __schema__ = URN(CORE)

    external_id: Annotated[str | None, CaseExact.true] = None
    """What Entra knows the person by: the object ID, if mapped as advised."""

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    """The name by which Entra matches people; unique in the environment."""

    name: Name | None = None
    """The parts of the name."""

    display_name: str | None = None
    """The name to show."""

    nick_name: str | None = None
    """The casual name."""

    profile_url: str | None = None
    """The URL of a page about the person."""

    title: str | None = None
    """The job title."""

    user_type: str | None = None
    """The relation to the organization, such as 'Contractor'."""

    preferred_language: str | None = None
    """The preferred language. Kept and echoed; the product's language stays local."""

    locale: str | None = None
    """Where the person is, for formats."""

    timezone: str | None = None
    """The time zone."""

    active: Annotated[bool | None, Strict()] = None
    """Whether the person has access."""

    emails: list[Email] | None = None
    """E-mail addresses. The one of type 'work' becomes the username."""

    phone_numbers: list[PhoneNumber] | None = None
    """Phone numbers."""

    ims: list[Im] | None = None
    """Instant messaging addresses."""

    photos: list[Photo] | None = None
    """URLs of photos."""

    addresses: list[Address] | None = None
    """Addresses."""

    entitlements: list[Entitlement] | None = None
    """Entitlements. They grant nothing here: roles do."""

    roles: list[Role] | None = None
    """The roles that decide which groups the person has."""

    x509_certificates: list[X509Certificate] | None = None
    """Certificates."""


class Manager(ComplexAttribute):
    value: str | None = None
    """The id of the manager. Not checked: managers may come later than others."""

    ref: str | None = Field(None, serialization_alias="$ref", validation_alias="$ref")
    """The URL of the manager."""

    display_name: str | None = None
    """The name of the manager."""


class EnterpriseUser(Extension):
    __schema__ = URN(ENTERPRISE)

    employee_number: str | None = None
    """The number of the employee."""

    cost_center: str | None = None
    """The cost center."""

    organization: str | None = None
    """The organization."""

    division: str | None = None
    """The division."""

    department: str | None = None
    """The department."""

    manager: Manager | None = None
    """The manager."""


EntraUser = User[EnterpriseUser]

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
        patch = PatchOp[EntraUser].model_validate(
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
    except InvalidValueException as refusal:
        if isinstance(refusal.__context__, ValidationError):
            # Its own text is pydantic's, with links and class names.
            raise _refusal(refusal.__context__) from None
        raise
    result = _canonical(user)
    if not result.get("userName"):
        raise InvalidValueException(detail="userName is required.")
    return result


def names_roles(body: Any) -> bool:
    """Tell whether the body of a POST or PUT says something of roles.

    An empty list does: it clears them. Null counts as absent.
    """
    if not isinstance(body, dict):
        return False
    return any(
        value is not None
        and (_is_roles(key) or (key.lower() == CORE.lower() and names_roles(value)))
        for key, value in body.items()
    )


def operations_name_roles(operations: Any) -> bool:
    """Tell whether the operations of a PATCH say something of roles."""
    if not isinstance(operations, list):
        return False
    for operation in operations:
        members = (
            {key.lower(): value for key, value in operation.items()}
            if isinstance(operation, dict)
            else {}
        )
        path, value = members.get("path"), members.get("value")
        if isinstance(path, str) and path and path.lower() != CORE.lower():
            if _is_roles(path):
                return True
        elif isinstance(value, dict) and _keys_name_roles(value):
            return True
    return False


def schemas_of(document: Document) -> list[str]:
    """Return the URNs of the schemas that a document uses."""
    return [CORE, ENTERPRISE] if ENTERPRISE in document else [CORE]


def project(
    resource: dict[str, Any],
    attributes: list[str] | None,
    excluded: list[str] | None,
) -> dict[str, Any]:
    """Return a resource with the attributes that a request asks for (RFC 7644 §3.9).

    Raises:
        InvalidValueException: Both parameters are given, or a name is none.
    """
    if attributes and excluded:
        raise InvalidValueException(
            detail="attributes and excludedAttributes exclude each other."
        )
    try:
        parameters = ResponseParameters[EntraUser](
            attributes=attributes, excluded_attributes=excluded
        )
    except ValidationError:
        raise InvalidValueException(
            detail="attributes and excludedAttributes are lists of attribute names."
        ) from None
    user = EntraUser.model_validate(
        resource, scim_ctx=Context.DEFAULT, scim_policy=POLICY
    )
    projected = user.model_dump(
        scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=parameters
    )
    # The moments as they are everywhere else, not as scim2-models writes them.
    if "meta" in projected:
        projected["meta"] = {key: resource["meta"][key] for key in projected["meta"]}
    return projected


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
            if not document[name]:
                del document[name]
    return document


def _meaningful(name: str, items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the values of an attribute without empty shells, and each just once.

    What is left of a value when Entra clears it says nothing. The same value twice,
    as an ``add`` of one that is there, is one; the later says more of it.
    """
    kept: dict[Any, dict[str, Any]] = {}
    for number, item in enumerate(items):
        if item.keys() <= {"type", "primary"}:
            continue
        key: Any = number
        if "value" in item:
            key = (item["value"], None if name == "roles" else item.get("type"))
        kept[key] = {**kept.get(key, {}), **item}
    return list(kept.values())


def _is_roles(path: str) -> bool:
    """Tell whether a path or name begins with the attribute ``roles``."""
    path = path.lower().removeprefix(f"{CORE.lower()}:")
    return path == "roles" or path.startswith(("roles[", "roles."))


def _keys_name_roles(value: dict[str, Any]) -> bool:
    return any(
        _is_roles(key)
        or (
            key.lower() == CORE.lower()
            and isinstance(item, dict)
            and _keys_name_roles(item)
        )
        for key, item in value.items()
    )


def _refusal(error: ValidationError) -> SCIMException:
    """Return the refusal that a failed validation means, without what was sent."""
    errors = Error.from_validation_errors(
        error.errors(include_url=False, include_input=False)
    )
    first = errors[0]
    details = "; ".join(str(item.detail) for item in errors[:_DETAILS])
    return SCIMException.from_error(
        Error(status=first.status, scim_type=first.scim_type, detail=details)
    )
