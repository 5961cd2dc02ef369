"""The federated identity credentials of an application.

https://learn.microsoft.com/en-us/graph/api/resources/federatedidentitycredential
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import ClassVar

from werkzeug.wrappers import Response

from entra_emulator.applications import FederatedCredential

from .errors import GraphError, bad_request, not_found
from .queries import Document, listed
from .tokens import Permission
from .views import GraphView, Permissions, answer, nothing

_READ: Permissions = (Permission.READ_APPLICATIONS, Permission.WRITE_APPLICATIONS)
_WRITE: Permissions = (Permission.WRITE_APPLICATIONS,)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,119}")
_MOST = 20


class FederatedCredentials(GraphView):
    permissions: ClassVar = {"GET": _READ, "POST": _WRITE}

    def get(self, object_id: str) -> Response:
        known = self.application(object_id).federated_credentials
        return answer(listed(map(_document, known), self.query, {"name"}))

    def post(self, object_id: str) -> Response:
        known = self.application(object_id).federated_credentials
        values = {
            name: str(self.body.get(name) or "")
            for name in ("name", "issuer", "subject")
        }
        audiences = self.body.get("audiences")
        if not all(values.values()) or not _NAME.fullmatch(values["name"]):
            raise bad_request("A credential needs a name, an issuer and a subject.")
        if not isinstance(audiences, list) or len(audiences) != 1:
            raise bad_request("Property 'audiences' has one value.")
        for one in known:
            if one.name == values["name"] or (one.issuer, one.subject) == (
                values["issuer"],
                values["subject"],
            ):
                raise GraphError(
                    409, "Request_MultipleObjectsWithSameKeyValue", "It exists already."
                )
        if len(known) >= _MOST:
            raise bad_request("An application has 20 federated credentials at most.")
        known.append(FederatedCredential(audience=str(audiences[0]), **values))
        return answer(_document(known[-1]), HTTPStatus.CREATED)


class OneFederatedCredential(GraphView):
    permissions: ClassVar = {"DELETE": _WRITE}

    def delete(self, object_id: str, identifier: str) -> Response:
        known = self.application(object_id).federated_credentials
        for credential in known:
            if credential.id == identifier:
                known.remove(credential)
                return nothing()
        raise not_found(identifier)


def _document(credential: FederatedCredential) -> Document:
    return {
        "id": credential.id,
        "name": credential.name,
        "issuer": credential.issuer,
        "subject": credential.subject,
        "audiences": [credential.audience],
    }
