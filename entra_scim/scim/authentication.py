"""Requests are let in by the key of their environment."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from entra_scim.connection import access_keys
from entra_scim.models import AccessKey
from entra_scim.secrecy.hiding import HIDDEN, Secret, without_variables

_TAKEN = "_entra_scim_key"


class AccessKeyAuthentication(BaseAuthentication):
    """Let in who has a key of the environment that the URL names (RFC 6750 §2.1).

    No key, a wrong, revoked, expired or foreign one, and an environment that does
    not exist all get the same answer: it tells nobody which environments exist.
    """

    def authenticate(self, request: Request) -> tuple[AnonymousUser, AccessKey]:
        environment_id = request.parser_context["kwargs"]["environment_id"]
        view = request.parser_context["view"]
        text = _take_key(request)
        admission = None
        if text is not None:
            admission = access_keys.authenticate(
                environment_id, text, view.look_up(request)
            )
        if admission is None:
            raise AuthenticationFailed(
                "The access key is missing or not valid here. Generate an access key "
                "for this environment and paste it in Entra as Secret Token."
            )
        access_keys.note_use(admission.key)
        view.person = admission.person
        view.is_paused = admission.is_paused
        return AnonymousUser(), admission.key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


@without_variables
def _take_key(request: Request) -> Secret | None:
    """Return the key of a request, which has it no longer.

    Whatever is logged or reported of the request afterwards cannot show it. A product's
    middleware may have the same request answered again, such as with a slash after a
    404: its key must count then too, or Entra would read a 401 and stop.
    """
    http_request: Any = request._request
    header = http_request.META.get("HTTP_AUTHORIZATION", "")
    if header == HIDDEN:
        taken: Secret | None = getattr(http_request, _TAKEN, None)
        return taken
    if header:
        http_request.META["HTTP_AUTHORIZATION"] = HIDDEN
        http_request.__dict__.pop("headers", None)  # made of META when first asked for
    scheme, _, text = header.partition(" ")
    key = Secret(text.strip()) if scheme.lower() == "bearer" else None
    setattr(http_request, _TAKEN, key)
    return key
