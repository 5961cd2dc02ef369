"""Who is assigned to an application, with which app role.

https://learn.microsoft.com/en-us/graph/api/resources/approleassignment
"""

from __future__ import annotations

from http import HTTPStatus
from typing import ClassVar

from werkzeug.wrappers import Response

from entra_emulator.applications import (
    DEFAULT_ACCESS,
    Application,
    AppRole,
    Assignment,
)
from entra_emulator.directory import Group, Principal

from .errors import bad_request, not_found
from .queries import Document, listed, paged
from .tokens import Permission
from .views import GraphView, Permissions, answer, nothing

_READ: Permissions = (
    Permission.READ_APPLICATIONS,
    Permission.WRITE_APPLICATIONS,
    Permission.READ_DIRECTORY,
)


class AppRoleAssignedTo(GraphView):
    """https://learn.microsoft.com/en-us/graph/api/serviceprincipal-post-approleassignedto"""

    permissions: ClassVar = {"GET": _READ, "POST": (Permission.WRITE_ASSIGNMENTS,)}
    also: ClassVar = {"POST": _READ}

    def get(self, object_id: str) -> Response:
        application = self.principal(object_id)
        documents = [_document(application, one) for one in application.assignments]
        found = listed(documents, self.query, {"principalId"})
        return answer(paged(found, self.request))

    def post(self, object_id: str) -> Response:
        application = self.principal(object_id)
        if self.body.get("resourceId") != object_id:
            raise bad_request("The resourceId is not that of this service principal.")
        principal = self.assignable(str(self.body.get("principalId")))
        role = _role(application, str(self.body.get("appRoleId")))
        if any(
            (one.principal, one.role) == (principal, role)
            for one in application.assignments
        ):
            raise bad_request("Permission being assigned already exists on the object.")
        made = application.assign(principal, role)
        return answer(_document(application, made), HTTPStatus.CREATED)

    def assignable(self, identifier: str) -> Principal:
        """Return the person or group with an object ID.

        Raises:
            GraphError: There is none.
        """
        person = self.tenant.people.get(identifier)
        if person is not None and person.deleted_at is None:
            return person
        for group in self.tenant.groups:
            if group.object_id == identifier:
                return group
        raise not_found(identifier)


class OneAppRoleAssignment(GraphView):
    permissions: ClassVar = {"DELETE": (Permission.WRITE_ASSIGNMENTS,)}
    also: ClassVar = {"DELETE": _READ}

    def delete(self, object_id: str, identifier: str) -> Response:
        application = self.principal(object_id)
        for assignment in application.assignments:
            if assignment.id == identifier:
                application.remove(assignment)
                return nothing()
        raise not_found(identifier)


def _role(application: Application, identifier: str) -> AppRole | None:
    """Return the app role with an ID; of default access, there is none.

    Raises:
        GraphError: The application offers no such role, or has roles to choose from.
    """
    enabled = [role for role in application.app_roles if role.is_enabled]
    if identifier == DEFAULT_ACCESS and not enabled:
        return None
    for role in enabled:
        if role.id == identifier:
            return role
    raise bad_request("Permission being assigned was not found on application.")


def _document(application: Application, assignment: Assignment) -> Document:
    principal = assignment.principal
    return {
        "id": assignment.id,
        "deletedDateTime": None,
        "appRoleId": assignment.role.id if assignment.role else DEFAULT_ACCESS,
        "createdDateTime": f"{assignment.created_at:%Y-%m-%dT%H:%M:%SZ}",
        "principalDisplayName": principal.display_name,
        "principalId": principal.object_id,
        "principalType": "Group" if isinstance(principal, Group) else "User",
        "resourceDisplayName": application.display_name,
        "resourceId": application.service_principal_id,
    }
