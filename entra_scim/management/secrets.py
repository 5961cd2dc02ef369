"""Secrets of commands: from the environment or standard input, never as an argument.

Arguments are seen by everybody on the machine, and stay in the shell's history.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from entra_scim.secrecy.hiding import Secret, without_variables

from .environments import TROUBLE


def add_arguments(parser: ArgumentParser, name: str, *, required: bool = False) -> None:
    """Let a command take a secret by ``--<name>-env`` or ``--<name>-stdin``."""
    what = name.replace("-", " ")
    source = parser.add_mutually_exclusive_group(required=required)
    source.add_argument(
        f"--{name}-env",
        metavar="NAME",
        help=f"environment variable that has the {what}",
    )
    source.add_argument(
        f"--{name}-stdin",
        action="store_true",
        help=f"read the {what} from standard input",
    )


@without_variables
def secret_of(options: dict[str, Any], name: str) -> Secret:
    """Return the secret that a command was given, or an empty one if it was not.

    Raises:
        CommandError: It was, and is empty.
    """
    key = name.replace("-", "_")
    if options[f"{key}_stdin"]:
        secret = Secret(sys.stdin.read().strip())
    elif variable := options[f"{key}_env"]:
        secret = Secret(os.environ.get(variable, "").strip())
    else:
        return Secret("")
    if not secret:
        raise CommandError(
            f"The {name.replace('-', ' ')} is empty.", returncode=TROUBLE
        )
    return secret
