"""Microsoft Graph, asked patiently: what was made a second ago may not be there yet."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

ATTEMPTS = 12
LONGEST_PAUSE = 60.0

NO_ANSWER = 0
_PASSING = {NO_ANSWER, 408, 409, 429, 500, 502, 503, 504}
_SURELY_NOT_DONE = {429}


class Refusal(Exception):
    """Graph did not do what it was asked to.

    ``status`` is that of HTTP, or :data:`NO_ANSWER`; ``retry_after`` how many seconds
    Graph asks to wait, if it says so.
    """

    def __init__(self, status: int, text: str, retry_after: float = 0) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.retry_after = retry_after


class Transport(Protocol):
    """Sends one request to Graph, with the permissions of the person signed in."""

    def __call__(self, method: str, path: str, body: Any) -> dict[str, Any]:
        """Return the answer's document, empty if there is none.

        Raises:
            Refusal: Graph refused, or did not answer.
        """


class Graph:
    """Asks again when Graph is busy, or does not know yet what was just made.

    Twelve attempts, with pauses from five seconds to a minute: Entra's parts learn of
    a new application one after another. Microsoft asks for the same of anybody who is
    throttled: https://learn.microsoft.com/en-us/graph/throttling
    """

    def __init__(
        self,
        transport: Transport,
        pause: float,
        say: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
        rest: Callable[[float], None] | None = None,
    ) -> None:
        self._transport = transport
        self.pause = pause
        self._say = say
        self.sleep = sleep
        self.rest = rest or sleep
        """Waits where nothing has failed yet, and the next request may fail less."""
        self.is_fresh = False
        """Whether the application was made by this run, so that a 404 may pass."""

    def get(self, path: str) -> dict[str, Any]:
        """Return what is at a path.

        Raises:
            Refusal: Graph refused for good, or for too long.
        """
        return self.send("GET", path)

    def send(
        self, method: str, path: str, body: Any = None, *, once: bool = False
    ) -> dict[str, Any]:
        """Send a request, again if need be, and return the answer's document.

        ``once`` is for what would be made twice if only the answer was lost.

        Raises:
            Refusal: Graph refused for good, or for too long.
        """
        pause = self.pause
        for _attempt in range(ATTEMPTS - 1):
            try:
                return self._transport(method, path, body)
            except Refusal as refusal:
                if not self._may_pass(refusal.status, once):
                    raise
                wait = max(pause, refusal.retry_after)
                self._say(f"  … {refusal.text or 'no answer'}; again in {wait:g} s")
            self.sleep(wait)
            pause = min(2 * pause, LONGEST_PAUSE)
        return self._transport(method, path, body)

    def _may_pass(self, status: int, once: bool) -> bool:
        if once:
            return status in _SURELY_NOT_DONE or (self.is_fresh and status == 404)
        return status in _PASSING or (self.is_fresh and status == 404)
