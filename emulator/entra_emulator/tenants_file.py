"""Tenants described in a JSON file, with the names that Microsoft Graph has.

A product in any language knows its client ID that way before the local Entra runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from .applications import Application, ClientSecret
from .directory import Person, Principal
from .tenant import SECRET_LIFETIME, Tenant

T = TypeVar("T")


class TenantsFileError(Exception):
    """The file cannot be used. The text says where, and what is wrong there."""


class _Described(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)


Id = Annotated[UUID, Field(strict=False)]


class _User(_Described):
    model_config = ConfigDict(extra="allow")

    id: Id | None = None
    user_principal_name: str
    display_name: str = ""
    mail: str | None = None
    user_type: str = "Member"
    account_enabled: bool = True
    manager: str = ""
    """The user principal name of a user before."""


class _Group(_Described):
    display_name: str
    members: list[str] = []
    """User principal names."""


class _Assignment(_Described):
    principal: str
    """A user principal name, or the display name of a group."""
    app_role: str = ""
    """The Value of an app role; empty for default access."""


class _Application(_Described):
    display_name: str
    app_id: Id | None = None
    client_secret: str = ""
    sign_in_audience: Literal["AzureADMyOrg", "AzureADMultipleOrgs"] = "AzureADMyOrg"
    """Of several organizations, it is new to this one: nobody has consented yet."""
    redirect_uris: list[str] = []
    logout_url: str = ""
    app_roles: list[str] = []
    """Values."""
    assignments: list[_Assignment] = []


class _Tenant(_Described):
    display_name: str
    id: Id | None = None
    users: list[_User] = []
    groups: list[_Group] = []
    applications: list[_Application] = []


_TENANTS = TypeAdapter(Annotated[list[_Tenant], Field(min_length=1)])


def read_tenants(path: Path) -> list[Tenant]:
    """Make the tenants that a file describes.

    Raises:
        TenantsFileError: The file is not there, is not JSON, or says what a tenant
            cannot have.
    """
    try:
        described = _TENANTS.validate_json(path.read_bytes())
    except OSError as error:
        raise TenantsFileError(f"{path}: {error.strerror}.") from None
    except ValidationError as error:
        reasons = (
            f"{path}: {'.'.join(str(part) for part in reason['loc'])}: {reason['msg']}."
            for reason in error.errors()
        )
        raise TenantsFileError("\n".join(reasons)) from None
    try:
        return [_tenant(one) for one in described]
    except ValueError as error:
        raise TenantsFileError(f"{path}: {error}") from None


def _tenant(described: _Tenant) -> Tenant:
    tenant = Tenant(described.display_name, tenant_id=_text(described.id))
    people: dict[str, Person] = {}
    for user in described.users:
        people[user.user_principal_name] = _add_person(tenant, user, people)
    principals: dict[str, Principal] = {**people}
    for group in described.groups:
        members = [_named(name, people) for name in group.members]
        principals[group.display_name] = tenant.add_group(group.display_name, members)
    for application in described.applications:
        _add_application(tenant, application, principals)
    return tenant


def _add_person(
    tenant: Tenant, described: _User, people: Mapping[str, Person]
) -> Person:
    profile = described.model_extra or {}
    if wrong := [name for name, v in profile.items() if not isinstance(v, str)]:
        raise ValueError(f"A value of a user is a string: {', '.join(wrong)}.")
    if described.user_type not in ("Member", "Guest"):
        raise ValueError(f"A userType is Member or Guest, not {described.user_type}.")
    person = tenant.add_person(
        described.user_principal_name,
        described.display_name,
        object_id=_text(described.id),
        mail=described.mail,
        is_guest=described.user_type == "Guest",
        manager=_named(described.manager, people) if described.manager else None,
        profile=profile,
    )
    person.account_enabled = described.account_enabled
    return person


def _add_application(
    tenant: Tenant, described: _Application, principals: Mapping[str, Principal]
) -> Application:
    application = tenant.add_application(
        described.display_name, client_id=_text(described.app_id)
    )
    application.redirect_uris.extend(described.redirect_uris)
    application.logout_url = described.logout_url
    application.is_multi_tenant = described.sign_in_audience == "AzureADMultipleOrgs"
    application.has_consent = not application.is_multi_tenant
    roles = {value: application.add_role(value) for value in described.app_roles}
    for assignment in described.assignments:
        application.assign(
            _named(assignment.principal, principals),
            _named(assignment.app_role, roles) if assignment.app_role else None,
        )
    if described.client_secret:
        application.secrets.append(
            ClientSecret(
                description="From the file",
                value=described.client_secret,
                expires_at=tenant.clock.now() + SECRET_LIFETIME,
            )
        )
    return application


def _named(name: str, known: Mapping[str, T]) -> T:
    if name not in known:
        raise ValueError(f"Nothing before is called {name}.")
    return known[name]


def _text(value: UUID | None) -> str:
    return str(value) if value else ""
