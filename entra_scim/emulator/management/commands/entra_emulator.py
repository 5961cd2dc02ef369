from __future__ import annotations

import contextlib
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from entra_scim.emulator.local_entra import LocalEntra
from entra_scim.emulator.samples import add_people
from entra_scim.emulator.server import serve, wait_until_interrupted
from entra_scim.emulator.tenant import Tenant


class Command(BaseCommand):
    help = (
        "Run a local Entra with a portal, to rehearse provisioning and sign-in. Nothing "
        "is kept when it ends. For development: it signs in anybody."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=int, default=9000, help="default: 9000; 0 takes a free one"
        )
        parser.add_argument(
            "--people",
            type=int,
            default=0,
            metavar="NUMBER",
            help="how many people the directory has from the beginning",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant("Contoso")
        add_people(tenant, options["people"])
        try:
            with (
                contextlib.suppress(KeyboardInterrupt),
                serve(LocalEntra([tenant]), port=options["port"]) as server,
            ):
                self.stdout.write(
                    f"Portal of the local Entra: {server.url}/portal/\n"
                    "Settings of the product:   "
                    f'ENTRA_SCIM_LOCAL_AUTHORITY = "{server.url}"\n'
                    "End it with Ctrl+C.\n"
                )
                self.stdout.flush()
                wait_until_interrupted()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(
                f"Port {options['port']} cannot be used ({error.strerror}). Choose "
                "another with --port."
            ) from None
