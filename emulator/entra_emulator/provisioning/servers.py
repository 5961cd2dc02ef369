"""The SCIM server that is provisioned, over HTTP."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote_plus, urlsplit, urlunsplit

import urllib3
from urllib3.util import SKIP_HEADER

MEDIA_TYPE = "application/scim+json; charset=utf-8"
FLAG = "aadOptscim062020"
TIMEOUT = 30.0  # seconds


class NoAnswer(Exception):
    """The server did not answer, or the answer did not arrive."""

    def __init__(self, reason: str, *, is_timeout: bool = False) -> None:
        super().__init__(reason)
        self.is_timeout = is_timeout


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server answered."""

    status: int
    media_type: str
    body: bytes
    retry_after: str = ""

    def json(self) -> Any:
        """Return the decoded body, or None if it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def resource(self) -> dict[str, Any]:
        """The JSON object of the body; empty if it is not one."""
        decoded = self.json()
        return decoded if isinstance(decoded, dict) else {}


class ScimServer(Protocol):
    """Something that answers SCIM requests."""

    def send(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> Answer:
        """Send a request, to a path below the Tenant URL, and return the answer.

        Raises:
            NoAnswer: There is none.
        """


@dataclass(frozen=True)
class TenantUrl:
    """The address of a SCIM endpoint, and whether the flag is on it."""

    base: str
    is_flagged: bool

    @classmethod
    def parse(cls, text: str) -> TenantUrl:
        """Return the parts of what an administrator enters as "Tenant URL".

        Raises:
            ValueError: It is not an HTTP address, or asks for more than the flag.
        """
        parts = urlsplit(text.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("The Tenant URL begins with https:// or http://.")
        query = parse_qsl(parts.query, keep_blank_values=True)
        kept = [(name, value) for name, value in query if name.lower() != FLAG.lower()]
        if kept:
            raise ValueError(f"After the ? of the Tenant URL can be {FLAG} only.")
        base = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
        return cls(base, bool(query))


class HttpServer:
    """A SCIM server at an address, reached with a bearer token."""

    def __init__(
        self, tenant_url: str, secret_token: str, requests_per_second: float = 0
    ) -> None:
        """Make the connection; nothing is sent yet. 0 requests a second: no limit."""
        self.url = TenantUrl.parse(tenant_url)
        self._headers = {
            "Authorization": f"Bearer {secret_token}",
            # Entra sends none; firewalls that insist on one keep it out.
            "User-Agent": SKIP_HEADER,
        }
        self._pool = urllib3.PoolManager(maxsize=8, retries=False, timeout=TIMEOUT)
        self._pause = 1 / requests_per_second if requests_per_second else 0.0
        self._turn = threading.Lock()
        self._next_at = 0.0

    def close(self) -> None:
        """Hang up. Connections are kept between requests."""
        self._pool.clear()

    def send(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> Answer:
        """Send a request over HTTP; redirects are not followed."""
        self._wait_for_turn()
        headers = dict(self._headers)
        if body is not None:
            headers["Content-Type"] = MEDIA_TYPE
        try:
            response = self._pool.request(
                method,
                self.url.base + path,
                body=None if body is None else json.dumps(body).encode(),
                headers=headers,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            # A refused connection is a NewConnectionError, which is a timeout by name.
            is_timeout = isinstance(error, urllib3.exceptions.TimeoutError)
            is_refused = isinstance(error, urllib3.exceptions.NewConnectionError)
            raise NoAnswer(
                f"There was no answer ({type(error).__name__}).",
                is_timeout=is_timeout and not is_refused,
            ) from None
        return Answer(
            status=response.status,
            media_type=response.headers.get("Content-Type", ""),
            body=response.data,
            retry_after=response.headers.get("Retry-After", ""),
        )

    def _wait_for_turn(self) -> None:
        if not self._pause:
            return
        with self._turn:
            now = time.monotonic()
            wait = self._next_at - now
            self._next_at = max(now, self._next_at) + self._pause
        if wait > 0:
            time.sleep(wait)


def filter_query(attribute: str, value: str) -> str:
    """Return the query that looks for resources by one attribute, as Entra encodes it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    expression = f'{attribute} eq "{escaped}"'
    return f"filter={quote_plus(expression)}"
