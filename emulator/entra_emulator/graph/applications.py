"""Applications, their service principals, and consent."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import ClassVar

from werkzeug.wrappers import Response

from entra_emulator.applications import Application

from . import registrations
from .errors import bad_request, not_found
from .queries import Document, listed, selected
from .tokens import Permission
from .views import GraphView, Permissions, answer, nothing

_READ: Permissions = (Permission.READ_APPLICATIONS, Permission.WRITE_APPLICATIONS)
_WRITE: Permissions = (Permission.WRITE_APPLICATIONS,)
_GRANT: Permissions = (Permission.WRITE_GRANTS,)
_GRAPH_APP = "00000003-0000-0000-c000-000000000000"


class Instantiate(GraphView):
    """Makes an enterprise application from the template."""

    permissions: ClassVar = {"POST": _WRITE}

    def post(self, template_id: str) -> Response:
        if template_id != registrations.NON_GALLERY:
            raise not_found(template_id)
        name = self.body.get("displayName")
        if not isinstance(name, str) or not name.strip():
            raise bad_request("Property 'displayName' is required.")
        application = self.tenant.add_application(name.strip())
        application.has_consent = False
        self.entra.make_known_later(application)
        principal = registrations.principal_document(application, self.tenant)
        document = {
            "application": registrations.application_document(application),
            "servicePrincipal": principal,
        }
        return answer(document, HTTPStatus.CREATED)


class Applications(GraphView):
    permissions: ClassVar = {"GET": _READ}

    def get(self) -> Response:
        documents = map(registrations.application_document, self.known)
        filterable = {"appId", "displayName"}
        return answer(listed(documents, self.query, filterable))


class OneApplication(GraphView):
    permissions: ClassVar = {"GET": _READ, "PATCH": _WRITE, "DELETE": _WRITE}

    def delete(self, object_id: str) -> Response:
        """Delete it with its service principal, and what belongs to that."""
        self.entra.remove(self.application(object_id))
        return nothing()

    def get(self, object_id: str) -> Response:
        document = registrations.application_document(self.application(object_id))
        return answer(selected(document, self.query))

    def patch(self, object_id: str) -> Response:
        registrations.change_application(self.application(object_id), self.body)
        return nothing()


class AddPassword(GraphView):
    permissions: ClassVar = {"POST": _WRITE}

    def post(self, object_id: str) -> Response:
        application = self.application(object_id)
        wanted = self.body.get("passwordCredential")
        return answer(registrations.add_password(self.tenant, application, wanted))


class RemovePassword(GraphView):
    permissions: ClassVar = {"POST": _WRITE}

    def post(self, object_id: str) -> Response:
        application = self.application(object_id)
        for secret in application.secrets:
            if secret.id == self.body.get("keyId"):
                application.secrets.remove(secret)
                return nothing()
        raise bad_request("No credentials found to be removed.")


class ServicePrincipals(GraphView):
    permissions: ClassVar = {"GET": _READ}

    def get(self) -> Response:
        documents = [
            registrations.principal_document(application, self.tenant)
            for application in self.known
        ]
        graph = {
            "id": self._graph_id,
            "appId": _GRAPH_APP,
            "displayName": "Microsoft Graph",
        }
        filterable = {"appId", "displayName"}
        return answer(listed([*documents, graph], self.query, filterable))

    @property
    def _graph_id(self) -> str:
        return graph_principal_id(self.tenant.id)


class OneServicePrincipal(GraphView):
    permissions: ClassVar = {"GET": _READ, "PATCH": _WRITE}

    def get(self, object_id: str) -> Response:
        document = registrations.principal_document(
            self.principal(object_id), self.tenant
        )
        return answer(selected(document, self.query))

    def patch(self, object_id: str) -> Response:
        registrations.change_principal(self.principal(object_id), self.body)
        return nothing()


class Grants(GraphView):
    """Consent for everybody, which the portal calls admin consent."""

    permissions: ClassVar = {"GET": _GRANT, "POST": _GRANT}

    def get(self) -> Response:
        documents = [
            self.document(application)
            for application in self.tenant.applications
            if application.has_consent
        ]
        return answer(listed(documents, self.query, {"clientId"}))

    def post(self) -> Response:
        body = self.body
        application = self.principal(str(body.get("clientId")))
        if (
            body.get("consentType") != "AllPrincipals"
            or body.get("resourceId") != graph_principal_id(self.tenant.id)
            or application.has_consent
        ):
            raise bad_request("Permission entry already exists, or is not for Graph.")
        self.grant(application, body)
        return answer(self.document(application), HTTPStatus.CREATED)

    def grant(self, application: Application, body: Document) -> None:
        application.registration["scope"] = str(body.get("scope") or "").strip()
        application.has_consent = True

    def document(self, application: Application) -> Document:
        return {
            "id": grant_id(application),
            "clientId": application.service_principal_id,
            "consentType": "AllPrincipals",
            "principalId": None,
            "resourceId": graph_principal_id(self.tenant.id),
            "scope": application.registration.get("scope", "User.Read"),
        }


class OneGrant(Grants):
    permissions: ClassVar = {"PATCH": _GRANT, "DELETE": _GRANT}

    def patch(self, identifier: str) -> Response:
        self.grant(self.granted(identifier), self.body)
        return nothing()

    def delete(self, identifier: str) -> Response:
        self.granted(identifier).has_consent = False
        return nothing()

    def granted(self, identifier: str) -> Application:
        for application in self.tenant.applications:
            if application.has_consent and grant_id(application) == identifier:
                return application
        raise not_found(identifier)


def grant_id(application: Application) -> str:
    """Return the ID of an application's consent."""
    return uuid.uuid5(uuid.NAMESPACE_OID, application.service_principal_id).hex


def graph_principal_id(tenant_id: str) -> str:
    """Return the ID of Graph's own service principal in a tenant."""
    return str(uuid.uuid5(uuid.UUID(tenant_id), _GRAPH_APP))
