"""What all of Graph's paths have in common: who asks, what that permits, and JSON."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from werkzeug.wrappers import Request, Response

from entra_emulator.applications import Application
from entra_emulator.tenant import Tenant

from .errors import GraphError, bad_request, not_found
from .tokens import Permission, caller_of

if TYPE_CHECKING:
    from entra_emulator.provisioning_site import ProvisioningSite

Permissions = tuple[Permission, ...]


class GraphView:
    """One path of Graph, with the permissions of which each method needs any.

    The methods of HTTP are methods here, with what the path names as arguments.
    """

    permissions: ClassVar[dict[str, Permissions]] = {}
    also: ClassVar[dict[str, Permissions]] = {}
    """The permissions of which a method needs any besides."""
    reaches_out: ClassVar[bool] = False
    """Whether it sends something to a server, which is waited for without the lock."""

    tenant: Tenant

    def __init__(self, entra: ProvisioningSite, request: Request) -> None:
        self.entra = entra
        self.request = request

    def respond(self, names: Mapping[str, str]) -> Response:
        """Answer the request; ``names`` are parts of the path."""
        try:
            self._admit(self.request.method)
            lock: Any = (
                contextlib.nullcontext() if self.reaches_out else self.tenant.lock
            )
            with lock:
                response: Response = getattr(self, self.request.method.lower())(**names)
                return response
        except GraphError as error:
            return answer(error.document, error.status)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the query."""
        return self.request.args.to_dict()

    def _admit(self, method: str) -> None:
        caller = caller_of(
            self.entra.keys, self.request.headers.get("Authorization", "")
        )
        tenants = [one for one in self.entra.tenants if one.id == caller.tenant_id]
        if not tenants:
            raise GraphError(
                401,
                "InvalidAuthenticationToken",
                "The tenant of the token is not here.",
            )
        needed = self.permissions.get(method)
        if needed is None:
            raise GraphError(
                405, "Request_BadRequest", "Specified HTTP method is not allowed."
            )
        besides = self.also.get(method, needed)
        if not all(caller.permissions & set(each) for each in (needed, besides)):
            raise GraphError(
                403,
                "Authorization_RequestDenied",
                "Insufficient privileges to complete the operation.",
            )
        self.tenant = tenants[0]

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object of the request.

        Raises:
            GraphError: There is none.
        """
        try:
            document = json.loads(self.request.get_data())
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise bad_request("Unable to read JSON request payload.")
        return document

    def application(self, object_id: str) -> Application:
        """Return the application with an object ID.

        Raises:
            GraphError: There is none, or it is not known everywhere yet.
        """
        return self._known("object_id", object_id)

    def principal(self, object_id: str) -> Application:
        """Return the application whose service principal has an object ID.

        Raises:
            GraphError: There is none, or it is not known everywhere yet.
        """
        return self._known("service_principal_id", object_id)

    @property
    def known(self) -> list[Application]:
        """The applications that are known everywhere: others are not listed yet."""
        return [one for one in self.tenant.applications if self.entra.is_known(one)]

    def _known(self, name: str, object_id: str) -> Application:
        for application in self.tenant.applications:
            if getattr(application, name) == object_id and self.entra.is_known(
                application
            ):
                return application
        raise not_found(object_id)


def answer(document: Any, status: int = HTTPStatus.OK) -> Response:
    """Return a document as Graph answers it."""
    return Response(
        json.dumps(document), status=status, content_type="application/json"
    )


def nothing() -> Response:
    """Return the answer to what was done and has nothing to show."""
    return Response(status=HTTPStatus.NO_CONTENT)
