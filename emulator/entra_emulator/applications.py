"""Enterprise applications: app roles, who is assigned to them, and credentials."""

from __future__ import annotations

import base64
import datetime
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from .directory import Group, Person, Principal, new_id
from .sign_in_errors import SIGN_IN_ERRORS

DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"
"""The ID of the app role that an assignment without a role names."""


@dataclass(kw_only=True, eq=False)
class AppRole:
    """A role that an application offers.

    https://learn.microsoft.com/en-us/entra/identity-platform/howto-add-app-roles-in-apps
    """

    id: str = field(default_factory=new_id)
    display_name: str
    value: str | None
    """What the application is told. None for the two roles that Entra makes itself."""

    is_enabled: bool = True
    description: str = ""

    def __str__(self) -> str:
        return self.display_name


@dataclass(kw_only=True, eq=False)
class Assignment:
    """A person or a group has one role of an application; None is default access."""

    id: str = field(default_factory=new_id)
    principal: Principal
    role: AppRole | None
    created_at: datetime.datetime = field(
        default_factory=lambda: datetime.datetime.now(datetime.UTC)
    )


@dataclass(kw_only=True, eq=False)
class ClientSecret:
    """A password of the application. Entra shows the value just once."""

    id: str = field(default_factory=new_id)
    description: str
    value: str = field(
        default_factory=lambda: f"{secrets.token_hex(2)[:3]}8Q~{secrets.token_hex(17)}",
        repr=False,
    )
    expires_at: datetime.datetime


@dataclass(kw_only=True, eq=False)
class Certificate:
    """The public part of a key that the application signs its assertions with."""

    id: str = field(default_factory=new_id)
    certificate: x509.Certificate

    @property
    def thumbprint(self) -> str:
        """The SHA-256 thumbprint, as ``x5t#S256`` names it (RFC 7515 §4.1.8)."""
        digest = self.certificate.fingerprint(SHA256())
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass(kw_only=True, eq=False)
class FederatedCredential:
    """An issuer whose assertions about one subject the application trusts.

    https://learn.microsoft.com/en-us/graph/api/resources/federatedidentitycredential
    """

    id: str = field(default_factory=new_id)
    name: str
    issuer: str
    subject: str
    audience: str = "api://AzureADTokenExchange"


@dataclass(kw_only=True, eq=False)
class Application:
    """A non-gallery application with its app registration, in one tenant."""

    display_name: str
    client_id: str = field(default_factory=new_id)
    object_id: str = field(default_factory=new_id)
    """The ID of the app registration, which Microsoft Graph asks for."""
    service_principal_id: str = field(default_factory=new_id)
    """The object ID of the enterprise application."""
    app_roles: list[AppRole] = field(
        default_factory=lambda: [
            AppRole(display_name="User", value=None),
            AppRole(display_name="msiam_access", value=None),
        ]
    )
    _assignments: dict[Principal, list[Assignment]] = field(
        default_factory=dict, init=False, repr=False
    )
    _assigned_groups: dict[Group, None] = field(
        default_factory=dict, init=False, repr=False
    )
    secrets: list[ClientSecret] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    federated_credentials: list[FederatedCredential] = field(default_factory=list)
    redirect_uris: list[str] = field(default_factory=list)
    logout_url: str = ""
    """The front-channel logout URL, which Entra calls with ``sid``."""

    assignment_required: bool = True
    has_consent: bool = True
    is_enabled: bool = True
    is_multi_tenant: bool = False
    """Whether people of any directory sign in, by /organizations too."""
    optional_claims: set[str] = field(default_factory=set)
    graph_permissions: set[str] = field(default_factory=set)
    """What the application itself may do with Microsoft Graph, without a person.

    Its app-only tokens have them as ``roles``:
    https://learn.microsoft.com/en-us/graph/auth-v2-service
    """
    registration: dict[str, Any] = field(default_factory=dict)
    """What Microsoft Graph was told and nothing here depends on."""
    provoked_error: int | None = field(default=None, init=False)
    """The AADSTS code that sign-ins get whatever they do; see ``provoke``."""

    touch: Callable[[Principal], None] = field(repr=False)
    """Notes that something changed which concerns a person or a group's members."""

    def add_role(self, value: str, display_name: str = "") -> AppRole:
        """Offer a role.

        Raises:
            ValueError: The value has a space, or another role has it, which Entra
                refuses.
        """
        if " " in value:
            raise ValueError("The Value of an app role has no spaces.")
        if any(role.value == value for role in self.app_roles):
            raise ValueError(f"Another app role has the Value {value}.")
        role = AppRole(display_name=display_name or value, value=value)
        self.app_roles.append(role)
        return role

    def change_role(
        self,
        role: AppRole,
        *,
        value: str | None = None,
        display_name: str | None = None,
        is_enabled: bool | None = None,
        description: str | None = None,
    ) -> None:
        """Change what is given of an app role, for all who have it.

        Raises:
            ValueError: The value has a space.
        """
        if value is not None and " " in value:
            raise ValueError("The Value of an app role has no spaces.")
        role.value = role.value if value is None else value or None
        role.display_name = display_name or role.display_name
        role.is_enabled = role.is_enabled if is_enabled is None else is_enabled
        role.description = description or role.description
        for assignment in self.assignments:
            if assignment.role is role:
                self.touch(assignment.principal)

    def assign(self, principal: Principal, role: AppRole | None = None) -> Assignment:
        """Assign a person or a group to the application, with one role or none.

        Raises:
            ValueError: There is that assignment already, or the role is disabled.
        """
        if role is not None and not role.is_enabled:
            raise ValueError(f"The app role {role} is disabled.")
        existing = self._assignments.setdefault(principal, [])
        if any(assignment.role is role for assignment in existing):
            raise ValueError(f"{principal} has this assignment already.")
        assignment = Assignment(principal=principal, role=role)
        existing.append(assignment)
        if isinstance(principal, Group):
            self._assigned_groups[principal] = None
        self.touch(principal)
        return assignment

    def remove(self, assignment: Assignment) -> None:
        """End one assignment."""
        self._assignments[assignment.principal].remove(assignment)
        if not self._assignments[assignment.principal]:
            del self._assignments[assignment.principal]
        self.touch(assignment.principal)

    def unassign(self, principal: Principal) -> None:
        """End all assignments that a person or a group has itself."""
        if self._assignments.pop(principal, None):
            self.touch(principal)

    @property
    def assignments(self) -> list[Assignment]:
        """All assignments, of people and of groups."""
        return [one for several in self._assignments.values() for one in several]

    @property
    def assigned_groups(self) -> set[Group]:
        """The groups that are assigned to the application."""
        return {group for group in self._assigned_groups if group in self._assignments}

    def assignments_of(self, person: Person) -> list[Assignment]:
        """Return a person's assignments: direct ones, and those of their groups."""
        groups = [group for group in self._assigned_groups if person in group.members]
        principals: list[Principal] = [person, *groups]
        return [a for p in principals for a in self._assignments.get(p, ())]

    def roles_of(self, person: Person) -> list[AppRole]:
        """Return the app roles that a person has by assignments, each once."""
        roles = (assignment.role for assignment in self.assignments_of(person))
        return list(dict.fromkeys(role for role in roles if role is not None))

    def provoke(self, code: int | None) -> None:
        """Refuse all sign-ins with an AADSTS code, such as 53003; None ends that.

        Raises:
            ValueError: The code is not known.
        """
        if code is not None and code not in SIGN_IN_ERRORS:
            known = ", ".join(str(one) for one in sorted(SIGN_IN_ERRORS))
            raise ValueError(f"There is no error {code}. There are {known}.")
        self.provoked_error = code

    def has_assigned(self, person: Person) -> bool:
        """Tell whether a person may use the application."""
        return bool(self.assignments_of(person))
