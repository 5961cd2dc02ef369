from __future__ import annotations

import contextlib
import http.client
import json
import logging
import textwrap
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.servers.basehttp import (
    ThreadedWSGIServer,
    WSGIRequestHandler,
    get_internal_wsgi_application,
)
from django.db import connections

from entra_scim import access_keys
from entra_scim.models import ProvisioningEvent
from example_project.product.models import Environment, User

CONVERSATION = Path(__file__).resolve().parent.parent.parent / "conversation"
PORT = 8000
WIDTH = 88


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Leave the screen to the conversation."""


class _Entra:
    """What Entra's provisioning service is to a SCIM server: somebody who calls."""

    def __init__(self, port: int, base: str, key: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
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


class Command(BaseCommand):
    help = "Play a conversation with Entra against the example product, and serve it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--exit", action="store_true", help="stop after the conversation"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        database = self._fresh_database()
        call_command("migrate", verbosity=0)
        self._say("An empty database, made anew for each demo: " + database)
        call_command("sample_data", stdout=self.stdout)
        environment = Environment.objects.get(name="Contoso")
        _key, secret = access_keys.create(environment)
        server = self._start_server()
        # The refusals are part of the story, and shown in it.
        logging.getLogger("django.request").setLevel(logging.ERROR)
        base = f"/api/scim/entra/{environment.pk}"
        address = f"http://127.0.0.1:{server.server_port}"
        self._say(f"Serving {address}. Entra's requests go to {address}{base}.")
        try:
            with contextlib.closing(_Entra(server.server_port, base, secret)) as entra:
                self._play(entra)
            self._tell_story(environment)
            if not options["exit"]:
                self._explore(address, base, secret)
        finally:
            server.shutdown()
            server.server_close()

    def _fresh_database(self) -> str:
        configuration = connections.databases["default"]
        if configuration["ENGINE"] != "django.db.backends.sqlite3":
            raise CommandError(
                "The demo empties its database, so it uses SQLite only. "
                "Unset DATABASE_URL."
            )
        connections["default"].close()
        path = Path(configuration["NAME"]).with_name("demo.sqlite3")
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        # All threads make their connections from this one dictionary.
        configuration["NAME"] = str(path)
        return str(path)

    def _start_server(self) -> ThreadedWSGIServer:
        try:
            server = ThreadedWSGIServer(("127.0.0.1", PORT), _QuietHandler)
        except OSError:  # something else is there
            server = ThreadedWSGIServer(("127.0.0.1", 0), _QuietHandler)
        server.daemon_threads = True
        server.set_app(StaticFilesHandler(get_internal_wsgi_application()))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def _play(self, entra: _Entra) -> None:
        for number, file in enumerate(sorted(CONVERSATION.glob("*.json")), start=1):
            step = json.loads(file.read_text(encoding="utf-8"))
            self.stdout.write("")
            self.stdout.write(
                self.style.MIGRATE_HEADING(f"{number:2}. {step['title']}")
            )
            self._say(step["says"], indent="    ")
            before = _people()
            for request in step["requests"]:
                line = f"    {request['method']} {entra.path_of(request)}"
                status, answer = entra.send(request)
                style = self.style.SUCCESS if status < 400 else self.style.WARNING
                self.stdout.write(f"{_cut(line, WIDTH - 6)}  " + style(str(status)))
                if status != request["status"]:
                    raise CommandError(
                        f"{file.name}: expected {request['status']}, got {status}: "
                        f"{answer}"
                    )
                if status >= 400 and answer:
                    self._say(answer["detail"], indent="      ")
            for line in _changes(before, _people()):
                self._say(f"→ {line}", indent="    ", hang="      ")
            self.stdout.flush()

    def _tell_story(self, environment: Environment) -> None:
        self.stdout.write("")
        self.stdout.write(
            self.style.MIGRATE_HEADING("What the administrator of Contoso can read")
        )
        events = ProvisioningEvent.objects.for_environment(environment)
        for event in events.exclude(name="").order_by("pk"):
            if event.kind != ProvisioningEvent.Kind.ROLE_CREATED:
                self._say(f"- {event.summary}", indent="  ", hang="    ")

    def _explore(self, address: str, base: str, secret: str) -> None:
        self.stdout.write("")
        self.stdout.write(self.style.MIGRATE_HEADING("Explore"))
        self.stdout.write(
            textwrap.dedent(
                f"""\
                  Open {address}/admin/ and sign in as admin, password admin.
                  Call it by hand:

                    curl -H 'Authorization: Bearer {secret}' \\
                      '{address}{base}/Users?filter=active+eq+true'

                  Stop with Ctrl-C.
                """
            )
        )
        self.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            self.stdout.write("")

    def _say(self, text: str, indent: str = "", hang: str | None = None) -> None:
        self.stdout.write(
            textwrap.fill(
                text,
                WIDTH,
                initial_indent=indent,
                subsequent_indent=indent if hang is None else hang,
                break_long_words=False,
                break_on_hyphens=False,
            )
        )


def _people() -> dict[int, dict[str, Any]]:
    return {
        user.pk: {
            "username": user.username,
            "e-mail": user.email,
            "name": user.get_full_name(),
            "active": "yes" if user.is_active else "no",
            "groups": ", ".join(sorted(group.name for group in user.groups.all()))
            or "none",
        }
        for user in User.objects.order_by("pk").prefetch_related("groups")
    }


def _changes(
    before: dict[int, dict[str, Any]], after: dict[int, dict[str, Any]]
) -> Iterator[str]:
    if before == after:
        yield "nobody changed"
    for primary_key, person in after.items():
        former = before.get(primary_key)
        if former is None:
            details = ", ".join(f"{key} {value}" for key, value in person.items())
            yield f"new person: {details}"
        for key, value in person.items():
            if former is not None and former[key] != value:
                yield f"{former['username']}: {key} was {former[key]}, is {value}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
