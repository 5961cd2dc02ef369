"""The command ``entra-emulator``."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from typing import TextIO

import django

from .local_entra import LocalEntra
from .samples import add_people
from .server import serve, wait_until_interrupted
from .tenant import Tenant


def main(arguments: Sequence[str] | None = None, output: TextIO | None = None) -> None:
    """Run the command with arguments, by default those of the command line.

    Raises:
        SystemExit: The arguments are wrong, or the port is taken. It says which.
    """
    parser = argparse.ArgumentParser(
        prog="entra-emulator",
        description="Rehearse provisioning by Microsoft Entra, and signing in with it, "
        "without a tenant. For development: it signs in anybody.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serving = commands.add_parser(
        "serve",
        help="serve a local Entra with a portal on this machine",
        description="Serve a local Entra with a portal on this machine. Nothing is kept "
        "when it ends.",
    )
    serving.add_argument(
        "--port", type=int, default=9000, help="default: 9000; 0 takes a free one"
    )
    serving.add_argument(
        "--people",
        type=int,
        default=0,
        metavar="NUMBER",
        help="how many people the directory has from the beginning",
    )
    options = parser.parse_args(arguments)
    # Not the settings of a product, which the variable may name.
    os.environ["DJANGO_SETTINGS_MODULE"] = "entra_emulator.settings"
    django.setup()
    _serve(options.port, options.people, output or sys.stdout)


def _serve(port: int, people: int, output: TextIO) -> None:
    tenant = Tenant("Contoso")
    add_people(tenant, people)
    try:
        with (
            contextlib.suppress(KeyboardInterrupt),
            serve(LocalEntra([tenant]), port=port) as server,
        ):
            output.write(
                f"The portal of the local Entra: {server.url}/portal/\n"
                f"Its authority, for the product: {server.url}\n"
                "Stop it with Ctrl+C.\n"
            )
            output.flush()
            wait_until_interrupted()
    except OSError as error:
        sys.exit(
            f"Port {port} cannot be used ({error.strerror}). Choose another with --port."
        )
