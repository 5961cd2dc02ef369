"""The command ``entra-emulator``."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from .local_entra import LocalEntra
from .process import AUTHORITY
from .samples import add_people
from .server import serve, wait_until_interrupted
from .tenant import Tenant
from .tenants_file import TenantsFileError, read_tenants


def main(arguments: Sequence[str] | None = None, output: TextIO | None = None) -> None:
    """Run the command with arguments, by default those of the command line.

    Raises:
        SystemExit: The arguments or the file are wrong, or the port is
            taken. It says which.
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
        help="add so many sample people to the first tenant",
    )
    serving.add_argument(
        "--tenants",
        type=Path,
        metavar="FILE",
        help="a JSON file that describes the tenants; default: an empty one, Contoso",
    )
    serving.add_argument(
        "--link",
        action="append",
        default=[],
        type=_link,
        metavar="NAME=URL",
        help="a link that every page of the portal shows, such as to your product",
    )
    options = parser.parse_args(arguments)
    try:
        tenants = (
            read_tenants(options.tenants) if options.tenants else [Tenant("Contoso")]
        )
    except TenantsFileError as error:
        sys.exit(str(error))
    add_people(tenants[0], options.people)
    site = LocalEntra(tenants, links=dict(options.link))
    _serve(site, options.port, output or sys.stdout)


def _link(text: str) -> tuple[str, str]:
    name, equals, url = text.partition("=")
    if not equals or not url.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError("a link is a name, =, and an HTTP address")
    return name, url


def _serve(site: LocalEntra, port: int, output: TextIO) -> None:
    try:
        with (
            contextlib.suppress(KeyboardInterrupt),
            serve(site, port=port) as server,
        ):
            output.write(
                f"The portal of the local Entra: {server.url}/portal/\n"
                f"{AUTHORITY}{server.url}\n"
                "Stop it with Ctrl+C.\n"
            )
            output.flush()
            wait_until_interrupted()
    except OSError as error:
        sys.exit(
            f"Port {port} cannot be used ({error.strerror}). Choose another with --port."
        )
