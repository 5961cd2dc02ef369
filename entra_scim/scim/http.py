"""SCIM's media type: what comes in as a body, and how answers go out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse
from django.urls import reverse
from django.utils.encoding import escape_uri_path
from django.utils.functional import cached_property
from rest_framework.exceptions import APIException
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from scim2_models import InvalidSyntaxException, PayloadTooLargeException

from entra_scim.dialect import read_body
from entra_scim.models import AccessKey
from entra_scim.story.events import Origin

MEDIA_TYPE = "application/scim+json"
MAX_BODY = 1024 * 1024  # bytes


class LengthRequired(APIException):
    """The server does not tell where a body without a length ends."""

    status_code = HTTPStatus.LENGTH_REQUIRED
    default_code = "length_required"
    default_detail = (
        "Send Content-Length: the web server of this product does not pass on a body "
        "that comes in chunks."
    )


class EncodedBody(APIException):
    """The body is compressed, or encoded in another way (RFC 9110 §8.4)."""

    status_code = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    default_code = "content_encoding"
    default_detail = (
        "Send the body without Content-Encoding: compressed bodies are not read here."
    )


class ScimRequest(Request):
    """A request that an access key let in."""

    auth: AccessKey
    origin: Origin
    """Where what the request changes comes from."""

    @cached_property
    def base_location(self) -> str:
        """The URL of the environment's endpoint, wherever it is mounted."""
        match: Any = self.resolver_match
        if match.url_name in ("users", "user"):  # which are within it
            path = self.path.rpartition("/Users")[0]
            return self.build_absolute_uri(escape_uri_path(path))
        path = reverse(
            ":".join([*match.namespaces, "base"]),
            kwargs={
                name: value
                for name, value in match.kwargs.items()
                if name not in ("uuid", "name")
            },
        )
        return self.build_absolute_uri(path).rstrip("/")

    def _load_stream(self) -> None:
        """Find the body, in chunks too, which Django takes for none."""
        super()._load_stream()  # type: ignore[misc]
        meta = self._request.META
        if self._stream is not None or meta.get("CONTENT_LENGTH"):
            return
        if isinstance(self._request, ASGIRequest):
            self._stream = self._request  # was read to its end already
        elif meta.get("wsgi.input_terminated"):
            self._stream = meta["wsgi.input"]
        elif "HTTP_TRANSFER_ENCODING" in meta:
            raise LengthRequired


class ScimParser(BaseParser):
    """Read a JSON body that every database can keep, see :func:`read_body`."""

    media_type = MEDIA_TYPE

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        request: Any = (parser_context or {})["request"]
        encoding = request.headers.get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity"):
            raise EncodedBody
        try:
            # Reading one byte more tells a body that is too long. Django's own limit
            # does not see what is read from the stream.
            data = stream.read(MAX_BODY + 1)
        except Exception as error:  # each server raises what it likes
            raise _cut_short() from error
        if len(data) > MAX_BODY:
            raise PayloadTooLargeException(
                detail=f"The body is longer than {MAX_BODY} bytes. Send less at once."
            )
        # A client that went away has left what may be a document by chance.
        if len(data) < int(request.headers.get("content-length") or 0):
            raise _cut_short()
        return read_body(data)


def _cut_short() -> InvalidSyntaxException:
    return InvalidSyntaxException(
        detail="The body did not arrive whole. Send the request again."
    )


class JsonParser(ScimParser):
    """Read the same body when a client calls it plain JSON."""

    media_type = "application/json"


class ScimResponse(HttpResponse):
    """An answer in SCIM JSON, which is UTF-8, or one without a body."""

    def __init__(
        self, data: Any = None, *, status: int = HTTPStatus.OK, **headers: str
    ) -> None:
        super().__init__(status=status, content_type=MEDIA_TYPE, headers=headers)
        if data is None:
            del self["Content-Type"]
        else:
            self.content = json.dumps(
                data, ensure_ascii=False, separators=(",", ":"), default=str
            )


class ScimOnly(BaseContentNegotiation):
    """Answer in SCIM's media type, whatever the client says it accepts.

    Entra takes an answer in any other form for an incompatible service.
    """

    def select_parser(self, request: Any, parsers: Any) -> Any:
        content_type = (request.content_type or "").partition(";")[0].strip().lower()
        for parser in parsers:
            if parser.media_type == content_type:
                return parser
        return None
