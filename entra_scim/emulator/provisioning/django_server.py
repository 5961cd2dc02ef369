from __future__ import annotations

import json
from typing import Any

from django.test import Client

from .servers import MEDIA_TYPE, Answer


class DjangoServer:
    """A SCIM endpoint of this very Django project, without a socket, for tests.

    ``path`` is that of the Tenant URL. Requests run in the caller's thread and
    transaction, so they see what a test has made.
    """

    def __init__(self, path: str, secret_token: str) -> None:
        self._path = path.rstrip("/")
        self._client = Client(
            raise_request_exception=False,
            headers={"authorization": f"Bearer {secret_token}"},
        )

    def send(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> Answer:
        """Send a request to Django's handler."""
        response = self._client.generic(
            method,
            self._path + path,
            "" if body is None else json.dumps(body),
            content_type=MEDIA_TYPE,
        )
        return Answer(
            status=response.status_code,
            media_type=response.headers.get("Content-Type", ""),
            body=response.content,
            retry_after=response.headers.get("Retry-After", ""),
        )
