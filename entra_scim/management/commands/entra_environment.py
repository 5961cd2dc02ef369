"""The command that shows, compares and sets up an environment as JSON."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from entra_scim.environments import declared
from entra_scim.exceptions import ProvisioningError
from entra_scim.management.environments import environment_of_argument
from entra_scim.secrecy.hiding import Secret

_DIFFERENT, _TROUBLE = 1, 2


class Command(BaseCommand):
    help = (
        "Show, compare and set up the connection and the roles of an environment, as "
        "JSON. The exit code is 0, or 1 if diff finds a difference, or 2 if something "
        "cannot be done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        show = actions.add_parser("show", help="print the environment's document")
        show.add_argument("environment", help="primary key of the environment")
        diff = actions.add_parser(
            "diff", help="print what is otherwise than a document wants"
        )
        apply = actions.add_parser(
            "apply",
            help="make the environment as a document wants, all of it or nothing. Roles "
            "that it does not name are deleted; a part that it lacks stays",
        )
        for action in (diff, apply):
            action.add_argument("environment", help="primary key of the environment")
            action.add_argument("document", help="a file, or - for standard input")
        secret = apply.add_mutually_exclusive_group()
        secret.add_argument(
            "--client-secret-env",
            metavar="NAME",
            help="environment variable that has the client secret",
        )
        secret.add_argument(
            "--client-secret-stdin",
            action="store_true",
            help="read the client secret from standard input",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(options)
        except (declared.NotUnderstood, ProvisioningError) as error:
            raise CommandError(str(error), returncode=_TROUBLE) from None
        except ValidationError as error:
            raise CommandError(error.messages[0], returncode=_TROUBLE) from None

    def _show(self, options: dict[str, Any]) -> None:
        self._print(declared.shown(_environment(options)))

    def _diff(self, options: dict[str, Any]) -> None:
        environment = _environment(options)
        found = declared.differences(environment, _wanted(options))
        self._print({"differences": found})
        if found:
            sys.exit(_DIFFERENT)

    def _apply(self, options: dict[str, Any]) -> None:
        environment, wanted = _environment(options), _wanted(options)
        changed = declared.apply(environment, wanted, _client_secret(options))
        self._print({"changed": changed})

    def _print(self, document: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(document, indent=2, ensure_ascii=False))


def _environment(options: dict[str, Any]) -> Any:
    try:
        return environment_of_argument(options["environment"])
    except CommandError as error:
        raise CommandError(str(error), returncode=_TROUBLE) from None


def _wanted(options: dict[str, Any]) -> declared.Wanted:
    if options["document"] == "-":
        if options.get("client_secret_stdin"):
            raise CommandError(
                "Standard input is either the document or the client secret.",
                returncode=_TROUBLE,
            )
        return declared.parsed(sys.stdin.read())
    try:
        return declared.parsed(Path(options["document"]).read_text("utf-8"))
    except (OSError, UnicodeError) as error:
        raise CommandError(str(error), returncode=_TROUBLE) from None


def _client_secret(options: dict[str, Any]) -> Secret:
    if options["client_secret_stdin"]:
        secret = Secret(sys.stdin.read().strip())
    elif name := options["client_secret_env"]:
        secret = Secret(os.environ.get(name, "").strip())
    else:
        return Secret("")
    if not secret:
        raise CommandError("The client secret is empty.", returncode=_TROUBLE)
    return secret
