"""The people and groups of a tenant, as Entra knows them."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field

KEPT_AFTER_DELETION = datetime.timedelta(days=30)
"""How long Entra keeps a soft-deleted person who can be restored.

https://learn.microsoft.com/en-us/entra/fundamentals/users-restore
"""

PROFILE = (
    "displayName",
    "givenName",
    "surname",
    "mail",
    "mailNickname",
    "jobTitle",
    "department",
    "employeeId",
    "preferredLanguage",
    "physicalDeliveryOfficeName",
    "streetAddress",
    "city",
    "state",
    "postalCode",
    "country",
    "telephoneNumber",
    "mobile",
    "facsimileTelephoneNumber",
)
"""The attributes of a person that Entra's default mappings read, by Entra's names."""


def new_id() -> str:
    """Return an ID in the form of Entra's object IDs."""
    return str(uuid.uuid4())


@dataclass(kw_only=True, eq=False)
class Person:
    """A user of the directory. Change one by the methods of ``Tenant``."""

    object_id: str = field(default_factory=new_id)
    user_principal_name: str
    profile: dict[str, str] = field(default_factory=dict)
    """Values by the names of ``PROFILE``; what has no value is missing."""

    manager: Person | None = None
    account_enabled: bool = True
    is_guest: bool = False
    deleted_at: datetime.datetime | None = None
    """When the person was soft-deleted; None for those who are there."""

    revision: int = 0
    """The number of the tenant's change that concerned the person last."""

    @property
    def display_name(self) -> str:
        """The name to show: the display name, else the user principal name."""
        return self.profile.get("displayName") or self.user_principal_name

    @property
    def provisioned_name(self) -> str:
        """The user principal name that Entra's provisioning service sends.

        Of guests the part ``#EXT#@…`` is left out, and their own domain comes back:
        ``ann_partner.example#EXT#@contoso.example`` is ``ann@partner.example``.
        https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works
        """
        alias, marker, _domain = self.user_principal_name.partition("#EXT#@")
        if not marker:
            return self.user_principal_name
        return "@".join(alias.rsplit("_", 1))

    @property
    def tombstone(self) -> str:
        """The prefix by which a soft deletion frees the user principal name.

        It is the object ID without dashes, as Graph shows it of ``deletedItems``.
        """
        return self.object_id.replace("-", "")

    def __str__(self) -> str:
        return self.display_name


@dataclass(kw_only=True, eq=False)
class Group:
    """A security group. Of nested groups Entra's provisioning sees nothing."""

    object_id: str = field(default_factory=new_id)
    display_name: str
    members: dict[Person, None] = field(default_factory=dict)
    """Direct members, in the order in which they came."""

    def __str__(self) -> str:
        return self.display_name


Principal = Person | Group
"""What can be assigned to an application: a person or a group."""
