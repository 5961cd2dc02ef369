"""Calls to Entra: never longer than a deadline, never further than its address.

And to what vouches for the product there, and to Microsoft Graph.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import requests
import urllib3

from entra_scim.secrecy.hiding import Secret, without_variables

CONNECT, READ = 3.05, 5.0
"""Seconds until there is a connection, and until something comes through it."""

DEADLINE = 10.0
"""Seconds that a call may take in all, however slowly an answer drips in."""

_MOST_BYTES = 1_000_000

Form = Mapping[str, Secret | str]


@dataclass(frozen=True)
class Answer:
    """What somebody answered: a status, a JSON object, and how long to wait."""

    status: int
    document: dict[str, Any]
    """Empty where there is none to a status that has none."""
    retry_after: str = ""


@dataclass(frozen=True)
class _Request:
    method: str
    url: str
    form: Form | None
    document: Any = field(repr=False)
    headers: Form | None
    within: float | None


class ProviderDown(Exception):
    """Entra did not answer, or not with what it should. The text is for the log.

    ``code`` says what people are told: Entra's own, if it named one.
    """

    def __init__(self, text: str, *, code: str = "down") -> None:
        super().__init__(text)
        self.code = code


@without_variables
def fetch(
    method: str, url: str, data: Form | None = None
) -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON object that Entra answers, its tokens hidden.

    Raises:
        ProviderDown: There was no such answer in time.
    """
    answer = call(method, url, form=data)
    return answer.status, answer.document


@without_variables
def call(
    method: str,
    url: str,
    *,
    form: Form | None = None,
    document: Any = None,
    headers: Form | None = None,
    within: float | None = None,
) -> Answer:
    """Return what is answered to a form, to a JSON document, or to neither.

    ``within`` is how many seconds that may take, where more than usual are needed.

    Redirects are not followed: a form with a secret goes where it was meant for.

    Raises:
        ProviderDown: There was no answer in time, or none that is JSON.
    """
    # The timeouts of a socket are for each address of the host and for each packet,
    # and none is for looking the host up. So somebody else waits for all of it; not
    # an executor's thread, which the end of the process would wait for.
    future: Future[Answer] = Future()
    threading.Thread(
        target=exchange,
        args=(future, _Request(method, url, form, document, headers, within)),
        daemon=True,
    ).start()
    try:
        return future.result(within or DEADLINE)
    except TimeoutError:
        raise ProviderDown("no answer in time") from None


@without_variables
def exchange(future: Future[Answer], request: _Request) -> None:
    """Make a call in a thread of its own, and give its end to a future."""
    try:
        future.set_result(_answer(request))
    except BaseException as error:
        future.set_exception(error)


@without_variables
def _answer(request: _Request) -> Answer:
    deadline = time.monotonic() + (request.within or DEADLINE)
    body = b""
    try:
        with requests.request(
            request.method,
            request.url,
            data=request.form and _revealed(request.form),
            json=request.document,
            # Not compressed: a small answer could fill the memory.
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                **_revealed(request.headers or {}),
            },
            timeout=(CONNECT, request.within or READ),
            allow_redirects=False,
            stream=True,
        ) as response:
            while chunk := response.raw.read1(65_536):
                body += chunk
                if len(body) > _MOST_BYTES or time.monotonic() > deadline:
                    raise ProviderDown("too long an answer")
        answer = {} if response.status_code == 204 else json.loads(body)
    except (
        requests.RequestException,
        urllib3.exceptions.HTTPError,  # in the middle of a body
        OSError,
        ValueError,
        RecursionError,
    ) as error:
        raise ProviderDown(type(error).__name__) from None
    if not isinstance(answer, dict):
        raise ProviderDown("no JSON object")
    for name, value in answer.items():
        if name.endswith("_token") and isinstance(value, str):
            answer[name] = Secret(value)
    return Answer(response.status_code, answer, response.headers.get("Retry-After", ""))


def _revealed(values: Form) -> dict[str, str]:
    return {name: Secret(value).reveal() for name, value in values.items()}
