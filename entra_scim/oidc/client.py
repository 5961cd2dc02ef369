"""Calls to Entra: never longer than a deadline, never further than its address."""

from __future__ import annotations

import base64
import datetime
import json
import threading
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

import jwt
import requests
import urllib3
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from django.utils import timezone

from entra_scim.connection.credentials import Credentials
from entra_scim.secrecy.hiding import Secret, without_variables

CONNECT, READ = 3.05, 5.0
"""Seconds until there is a connection, and until something comes through it."""

DEADLINE = 10.0
"""Seconds that a call may take in all, however slowly an answer drips in."""

_MOST_BYTES = 1_000_000
_ASSERTION_LIFETIME = datetime.timedelta(minutes=5)

_Answer = tuple[int, dict[str, Any]]
_Form = Mapping[str, Secret | str]


class ProviderDown(Exception):
    """Entra did not answer, or not with what it should. The text is for the log."""


@without_variables
def fetch(method: str, url: str, data: _Form | None = None) -> _Answer:
    """Return the status and the JSON object that Entra answers, its tokens hidden.

    Redirects are not followed: a form with a secret goes where it was meant for.

    Raises:
        ProviderDown: There was no such answer in time.
    """
    # The timeouts of a socket are for each address of the host and for each packet,
    # and none is for looking the host up. So somebody else waits for all of it; not
    # an executor's thread, which the end of the process would wait for.
    future: Future[_Answer] = Future()
    threading.Thread(
        target=exchange, args=(future, method, url, data), daemon=True
    ).start()
    try:
        return future.result(DEADLINE)
    except TimeoutError:
        raise ProviderDown("no answer in time") from None


@without_variables
def exchange(
    future: Future[_Answer], method: str, url: str, data: _Form | None
) -> None:
    """Make a call in a thread of its own, and give its end to a future."""
    try:
        future.set_result(_answer(method, url, data))
    except BaseException as error:
        future.set_exception(error)


@without_variables
def _answer(method: str, url: str, data: _Form | None) -> _Answer:
    deadline = time.monotonic() + DEADLINE
    body = b""
    try:
        with requests.request(
            method,
            url,
            data=data
            and {name: Secret(value).reveal() for name, value in data.items()},
            # Not compressed: a small answer could fill the memory.
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            timeout=(CONNECT, READ),
            allow_redirects=False,
            stream=True,
        ) as response:
            while chunk := response.raw.read1(65_536):
                body += chunk
                if len(body) > _MOST_BYTES or time.monotonic() > deadline:
                    raise ProviderDown("too long an answer")
        answer = json.loads(body)
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
    return response.status_code, answer


@without_variables
def authentication(
    credentials: Credentials, token_endpoint: str
) -> dict[str, Secret | str]:
    """Return what proves to the token endpoint that we are the client.

    A client secret, or an assertion signed with the certificate's key:
    https://learn.microsoft.com/en-us/entra/identity-platform/certificate-credentials
    """
    if not credentials.certificate:
        return {"client_secret": credentials.client_secret}
    certificate = x509.load_pem_x509_certificate(credentials.certificate.encode())
    thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(SHA256()))
    now = timezone.now()
    assertion = jwt.encode(
        {
            "aud": token_endpoint,
            "iss": str(credentials.client_id),
            "sub": str(credentials.client_id),
            "jti": str(uuid.uuid4()),
            "nbf": now,
            "iat": now,
            "exp": now + _ASSERTION_LIFETIME,
        },
        credentials.certificate_key.reveal(),
        algorithm="PS256",
        headers={"x5t#S256": thumbprint.decode().rstrip("=")},
    )
    return {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": Secret(assertion),
    }
