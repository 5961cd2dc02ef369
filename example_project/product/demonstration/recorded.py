"""A recorded conversation with Entra, played against the product over HTTP."""

from __future__ import annotations

import contextlib
import http.client
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import CommandError

from entra_scim.models import ProvisioningEvent
from entra_scim.story.sentences import sentence_of
from example_project.product.models import Environment

from .screen import Screen, people

CONVERSATION = Path(__file__).resolve().parent / "conversation"


class _Entra:
    """What Entra's provisioning service is to a SCIM server: somebody who calls."""

    def __init__(self, address: str, base: str, key: str) -> None:
        host = urlsplit(address).netloc
        self._connection = http.client.HTTPConnection(host, timeout=30)
        self._base = base
        self._key = key
        self._ids: dict[str, str] = {}

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def send(self, request: dict[str, Any]) -> tuple[int, Any]:
        """Send one recorded request, and return the status and the answer."""
        body = json.dumps(request["body"]) if "body" in request else None
        self._connection.request(
            request["method"],
            self._base + self.path_of(request),
            body,
            {
                "Authorization": f"Bearer {self._key}",
                "Content-Type": "application/scim+json; charset=utf-8",
            },
        )
        response = self._connection.getresponse()
        text = response.read()
        answer = json.loads(text) if text else None
        if "remember" in request and response.status == request["status"]:
            self._ids[request["remember"]] = answer["id"]
        return response.status, answer

    def path_of(self, request: dict[str, Any]) -> str:
        """Return the path of a request, with the ids from earlier answers."""
        path: str = request["path"]
        for name, resource_id in self._ids.items():
            path = path.replace(f"{{{name}}}", resource_id)
        return path


def play(
    screen: Screen, address: str, base: str, key: str, environment: Environment
) -> None:
    """Play all steps, each with what it did, and tell the story they leave.

    Raises:
        CommandError: An answer is not the recorded one.
    """
    with contextlib.closing(_Entra(address, base, key)) as entra:
        for number, file in enumerate(sorted(CONVERSATION.glob("*.json")), start=1):
            step = json.loads(file.read_text(encoding="utf-8"))
            screen.heading(f"{number:2}. {step['title']}")
            screen.say(step["says"], indent="    ")
            before = people()
            for request in step["requests"]:
                _play_request(screen, entra, request, file.name)
            screen.changes(before)
    screen.heading(f"What the administrator of {environment} can read")
    events = ProvisioningEvent.objects.for_environment(environment)
    for event in events.exclude(name="").order_by("pk"):
        if event.kind != ProvisioningEvent.Kind.ROLE_CREATED:
            screen.say(f"- {sentence_of(event)}", indent="  ", hang="    ")


def _play_request(
    screen: Screen, entra: _Entra, request: dict[str, Any], source: str
) -> None:
    line = f"    {request['method']} {entra.path_of(request)}"
    status, answer = entra.send(request)
    screen.request(line, status)
    if status != request["status"]:
        raise CommandError(
            f"{source}: expected {request['status']}, got {status}: {answer}"
        )
    if status >= 400 and answer:
        screen.say(answer["detail"], indent="      ")
