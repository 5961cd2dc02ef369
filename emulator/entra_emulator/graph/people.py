"""The people and groups of the directory, to read.

https://learn.microsoft.com/en-us/graph/api/user-list
https://learn.microsoft.com/en-us/graph/api/group-list
"""

from __future__ import annotations

from typing import ClassVar

from werkzeug.wrappers import Response

from entra_emulator.directory import Group, Person

from .errors import not_found
from .queries import Document, listed, paged, selected
from .tokens import Permission
from .views import GraphView, Permissions, answer

_READ_USERS: Permissions = (Permission.READ_USERS, Permission.READ_DIRECTORY)
_READ_GROUPS: Permissions = (Permission.READ_GROUPS, Permission.READ_DIRECTORY)
_UNLESS_ASKED = (
    "businessPhones,displayName,givenName,id,jobTitle,mail,mobilePhone,officeLocation,"
    "preferredLanguage,surname,userPrincipalName"
)
"""What Graph answers of a user without ``$select``.

https://learn.microsoft.com/en-us/graph/api/resources/user
"""


class _Users(GraphView):
    permissions: ClassVar = {"GET": _READ_USERS}

    @property
    def query(self) -> dict[str, str]:
        return {"$select": _UNLESS_ASKED, **super().query}

    @property
    def people(self) -> list[Person]:
        """Those who are there: deleted people have a collection of their own."""
        return [one for one in self.tenant.people.values() if one.deleted_at is None]


class Users(_Users):
    def get(self) -> Response:
        filterable = {"displayName", "id", "mail", "userPrincipalName"}
        found = listed(map(_user, self.people), self.query, filterable)
        return answer(paged(found, self.request))


class OneUser(_Users):
    def get(self, identifier: str) -> Response:
        """Answer a user, by object ID or by user principal name."""
        name = identifier.lower()
        for person in self.people:
            if name in (person.object_id, person.user_principal_name.lower()):
                return answer(selected(_user(person), self.query))
        raise not_found(identifier)


class Groups(GraphView):
    permissions: ClassVar = {"GET": _READ_GROUPS}

    def get(self) -> Response:
        documents = map(_group, self.tenant.groups)
        return answer(
            paged(listed(documents, self.query, {"displayName", "id"}), self.request)
        )


class OneGroup(GraphView):
    permissions: ClassVar = {"GET": _READ_GROUPS}

    def get(self, identifier: str) -> Response:
        for group in self.tenant.groups:
            if group.object_id == identifier:
                return answer(selected(_group(group), self.query))
        raise not_found(identifier)


def _user(person: Person) -> Document:
    profile = person.profile
    phone = profile.get("telephoneNumber")
    return {
        "accountEnabled": person.account_enabled,
        "businessPhones": [phone] if phone else [],
        "department": profile.get("department"),
        "displayName": person.display_name,
        "employeeId": profile.get("employeeId"),
        "givenName": profile.get("givenName"),
        "id": person.object_id,
        "jobTitle": profile.get("jobTitle"),
        "mail": profile.get("mail"),
        "mailNickname": profile.get("mailNickname"),
        "mobilePhone": profile.get("mobile"),
        "officeLocation": profile.get("physicalDeliveryOfficeName"),
        "preferredLanguage": profile.get("preferredLanguage"),
        "surname": profile.get("surname"),
        "userPrincipalName": person.user_principal_name,
        "userType": "Guest" if person.is_guest else "Member",
    }


def _group(group: Group) -> Document:
    return {
        "description": None,
        "displayName": group.display_name,
        "groupTypes": [],
        "id": group.object_id,
        "mailEnabled": False,
        "securityEnabled": True,
    }
