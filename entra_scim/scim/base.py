"""What all endpoints of an environment have in common."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from rest_framework.views import APIView
from scim2_models import InvalidSyntaxException

from entra_scim.connection.admission import LookUp
from entra_scim.database.transactions import deciding
from entra_scim.models import ProvisionedUser
from entra_scim.policy import get_policy
from entra_scim.story.events import Origin

from .authentication import AccessKeyAuthentication
from .errors import Paused, handle_exception
from .http import JsonParser, ScimOnly, ScimParser, ScimRequest
from .messages import check_schemas


class ScimView(APIView):
    """Everything that all endpoints of an environment have in common.

    Nothing here depends on the host's settings of Django REST framework. No
    request is throttled: Entra takes a refused cycle for a broken service.
    """

    authentication_classes = (AccessKeyAuthentication,)
    permission_classes = ()
    throttle_classes = ()
    parser_classes = (ScimParser, JsonParser)
    content_negotiation_class = ScimOnly
    versioning_class = None
    # Not OPTIONS, which the framework answers in another form, with its own names.
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    origin: Origin | None = None
    resource_id: uuid.UUID | None = None
    body: Any = None
    person: ProvisionedUser | None = None
    """Who was looked up with the access key."""

    is_paused = False
    """Whether somebody has paused provisioning, as was read with the access key."""

    def look_up(self, request: ScimRequest) -> LookUp | None:
        """Return the person to look up with the access key, if that is all that is asked.

        Runs before anybody is let in.
        """
        return None

    @deciding()
    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return super().dispatch(request, *args, **kwargs)

    def initialize_request(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> ScimRequest:
        return ScimRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        # What APIView does besides is for settings that nothing here depends on.
        self.perform_authentication(request)
        self.environment = request.auth.environment
        self.origin = Origin(key_hint=request.auth.hint, correlation_id=uuid.uuid4())
        request.origin = self.origin
        if self.is_paused or not get_policy().accepts_provisioning(self.environment):
            raise Paused
        # A host that is refused must be refused before anything is written.
        _ = request.base_location

    def get_exception_handler(self) -> Any:
        return handle_exception

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(*args, **kwargs)
        response["Cache-Control"] = "no-store"
        # Where somebody opened an answer in a browser, it is data and no page.
        response["X-Content-Type-Options"] = "nosniff"
        return response

    def read_body(self) -> dict[str, Any]:
        """Return the body, which is an object.

        Raises:
            InvalidSyntaxException: It is something else.
        """
        body = self.request.data
        if not isinstance(body, dict):
            raise InvalidSyntaxException(detail="The body must be a JSON object.")
        self.body = body
        return body

    def read_message(self, schema: str) -> dict[str, Any]:
        """Return the body, which is a message of a schema.

        Raises:
            InvalidSyntaxException: It is something else.
        """
        body = self.read_body()
        check_schemas(body, schema)
        return body
