"""Faults on the way to a server, as networks and proxies have them."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from .servers import Answer, NoAnswer, ScimServer


class Fault(enum.StrEnum):
    """What can happen to one request."""

    LOST_RESPONSE = "lost response"
    """The server does what it was asked for, and the answer is lost."""

    LOST_REQUEST = "lost request"
    """The request never arrives: a network too slow, or none."""

    DUPLICATE_REQUEST = "duplicate request"
    """The request arrives twice; the answer is that to the second."""

    PROXY_ERROR = "500 from a proxy"
    """Something before the server answers with a page of its own."""


class FaultyServer:
    """A server with a network before it that is not reliable.

    ``choose`` says what happens to each request: it gets the method and the path,
    and returns a fault, or None for none.
    """

    def __init__(
        self, server: ScimServer, choose: Callable[[str, str], Fault | None]
    ) -> None:
        self._server = server
        self._choose = choose

    def send(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> Answer:
        """Send a request, if the fault lets it pass."""
        fault = self._choose(method, path)
        if fault == Fault.LOST_REQUEST:
            raise NoAnswer("The request did not arrive.", is_timeout=True)
        if fault == Fault.PROXY_ERROR:
            return Answer(status=500, media_type="text/html", body=b"<h1>500</h1>")
        if fault == Fault.DUPLICATE_REQUEST:
            self._server.send(method, path, body)
        answer = self._server.send(method, path, body)
        if fault == Fault.LOST_RESPONSE:
            raise NoAnswer("The answer did not arrive.", is_timeout=True)
        return answer
