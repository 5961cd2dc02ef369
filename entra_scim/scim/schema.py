"""The schema of the resource that this service speaks of: what ``/Schemas`` publishes.

Not scim2-models' own ``User``: that one rewrites or refuses what Entra sends
(``Ann@CONTOSO.com``, ``x@corp.local``), takes "0" for a boolean, and has attributes
that are not supported here.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, Strict
from scim2_models import (
    URN,
    AnyExtension,
    CaseExact,
    ComplexAttribute,
    Extension,
    Required,
    Resource,
    Uniqueness,
)
from scim2_models import Name as Name

from entra_scim.document.documents import ENTERPRISE as ENTERPRISE

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"


def _types(*names: str) -> Any:
    """Return the field of what a value is for, with the usual names of that.

    Others are taken too. Microsoft's validator tells by these which targets a
    mapping can have, such as ``emails[type eq "work"].value``.
    """
    return Field(
        None,
        description=f"What the value is for, such as {names[0]!r}.",
        examples=list(names),
    )


class MultiValue(ComplexAttribute):
    """The sub-attributes that all multi-valued attributes have (RFC 7643 §2.4)."""

    display: str | None = None
    """A human-readable name, for display."""

    primary: Annotated[bool | None, Strict()] = None
    """Whether this is the preferred value."""


class Email(MultiValue):
    value: Annotated[str | None, Uniqueness.server] = None
    """An e-mail address. The one of type 'work' is nobody else's."""

    type: str | None = _types("work", "home", "other")


class PhoneNumber(MultiValue):
    value: str | None = None
    """A phone number."""

    type: str | None = _types("work", "home", "mobile", "fax", "pager", "other")


class Im(MultiValue):
    value: str | None = None
    """An instant messaging address."""

    type: str | None = _types(
        "aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"
    )


class Photo(MultiValue):
    value: str | None = None
    """The URL of a photo."""

    type: str | None = _types("photo", "thumbnail")


class Entitlement(MultiValue):
    value: str | None = None
    """An entitlement."""

    type: str | None = _types("work", "other")


class X509Certificate(MultiValue):
    value: str | None = None
    """A certificate."""

    type: str | None = _types("work", "other")


class Role(MultiValue):
    value: Annotated[str | None, CaseExact.true] = None
    """The Value of an app role: the name of a role, or several with commas."""

    display_name: str | None = None
    """The display name of an app role, as some of Entra's functions call it."""

    type: str | None = _types("WindowsAzureActiveDirectoryRole")


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

    type: str | None = _types("work", "home", "other")

    primary: Annotated[bool | None, Strict()] = None
    """Whether this is the preferred address."""


class User(Resource[AnyExtension]):
    __schema__ = URN(CORE)

    external_id: Annotated[str | None, CaseExact.true, Uniqueness.server] = None
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

    # Required in what is kept: a POST without it means true, a PUT no change, and no
    # PATCH can remove it, so that nobody has to guess whether the person has access.
    active: Annotated[bool | None, Strict(), Required.true] = None
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
