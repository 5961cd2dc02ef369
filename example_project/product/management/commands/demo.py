"""The command that shows an Entra conversation against the example product."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import textwrap
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.servers.basehttp import (
    ThreadedWSGIServer,
    WSGIRequestHandler,
    get_internal_wsgi_application,
)
from django.db import connections

from entra_emulator.process import local_entra
from entra_scim.connection import access_keys
from example_project.product.demonstration import clock, recorded
from example_project.product.demonstration.portal import TENANT_ID, tenants
from example_project.product.demonstration.rehearsal import (
    ADMINISTRATOR,
    Rehearsal,
    make_administrator,
)
from example_project.product.demonstration.screen import Screen
from example_project.product.models import Environment, User

PORT, ENTRA_PORT = 8000, 9000


class _QuietHandler(WSGIRequestHandler):
    # Answers have two parts: without this, the second waits for the client.
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Leave the screen to the demonstration."""


class Command(BaseCommand):
    help = (
        "Serve the example product and a local Entra, and show what Entra does to it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--play",
            action="store_true",
            help="play the whole integration at the local Entra by itself",
        )
        parser.add_argument(
            "--exit", action="store_true", help="stop after what is played"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        screen = Screen(self.stdout, self.style)
        database = self._fresh_database()
        call_command("migrate", verbosity=0)
        screen.say("An empty database, made anew for each demo: " + database)
        call_command("sample_data", stdout=self.stdout)
        # Ended in whatever way, it leaves no local Entra behind.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        # The refusals are part of the story, and shown in it.
        logging.disable(logging.WARNING)
        with contextlib.ExitStack() as stack, contextlib.suppress(KeyboardInterrupt):
            product = stack.enter_context(_served_product())
            entra = stack.enter_context(
                local_entra(
                    tenants(product),
                    port=_free_port(ENTRA_PORT),
                    links={"Example product": product},
                )
            )
            settings.ENTRA_SCIM_LOCAL_AUTHORITY = entra
            fabrikam = Environment.objects.get(name="Fabrikam")
            fay = make_administrator(fabrikam)
            if options["play"]:
                Rehearsal(screen, product, entra, fabrikam).play()
                curl = ""
            else:
                curl = self._play_recorded(screen, product)
            if not options["exit"]:
                fay.refresh_from_db()  # Entra gave her another username
                stack.enter_context(clock.followed(entra, TENANT_ID))
                self._explore(screen, product, entra, fay, curl)

    def _fresh_database(self) -> str:
        configuration = connections.databases["default"]
        if configuration["ENGINE"] != "django.db.backends.sqlite3":
            raise CommandError(
                "The demo empties its database, so it uses SQLite only. "
                "Unset DATABASE_URL."
            )
        if not settings.DEBUG:
            raise CommandError("The demo signs in anybody: it needs DEBUG=1.")
        connections["default"].close()
        path = Path(configuration["NAME"]).with_name("demo.sqlite3")
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        # All threads make their connections from this one dictionary.
        configuration["NAME"] = str(path)
        return str(path)

    def _play_recorded(self, screen: Screen, product: str) -> str:
        """Play what Entra would say to Contoso, and return how to say it by hand."""
        contoso = Environment.objects.get(name="Contoso")
        _key, secret = access_keys.create(contoso)
        base = f"/api/scim/entra/{contoso.pk}"
        screen.say(f"Serving {product}. Entra's requests go to {product}{base}.")
        recorded.play(screen, product, base, secret, contoso)
        return (
            f"curl -H 'Authorization: Bearer {secret}' \\\n"
            f"    '{product}{base}/Users?filter=active+eq+true'"
        )

    def _explore(
        self,
        screen: Screen,
        product: str,
        entra: str,
        administrator: User,
        curl: str,
    ) -> None:
        [environment] = administrator.environment_set.all()
        tab = f"{product}/admin/product/environment/{environment.pk}/entra/"
        screen.heading("Explore")
        screen.write(
            textwrap.dedent(
                f"""\
                  The product:     {product}/admin/
                  Its tab:         {tab}
                  The local Entra: {entra}/

                  Sign in to the product as {administrator.username}, password {ADMINISTRATOR}, who
                  administers {environment}, or as admin, password admin. The local Entra asks
                  for no password. Follow the steps in the tab, with the local Entra beside it.
                """
            )
        )
        if curl:
            screen.write(f"  Call the product by hand:\n\n  {curl}\n")
        screen.write("  Stop with Ctrl-C.")
        _wait_until_interrupted()


@contextlib.contextmanager
def _served_product() -> Iterator[str]:
    """Serve the product, and yield its address."""
    try:
        server = ThreadedWSGIServer(("127.0.0.1", PORT), _QuietHandler)
    except OSError:  # something else is there
        server = ThreadedWSGIServer(("127.0.0.1", 0), _QuietHandler)
    server.daemon_threads = True
    server.set_app(StaticFilesHandler(get_internal_wsgi_application()))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _free_port(port: int) -> int:
    """Return a port, or 0, which takes a free one, if something else is there."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return 0
    return port


def _wait_until_interrupted() -> None:
    """Wait for Ctrl-C, by the second: just before an endless wait it would be lost."""
    never = threading.Event()
    while not never.wait(timeout=1):
        continue
