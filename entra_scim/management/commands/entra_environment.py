"""The command that shows, compares, sets up and pauses an environment as JSON."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from entra_scim.connection import configuration, pausing
from entra_scim.environments import declared
from entra_scim.environments.reading import NotUnderstood
from entra_scim.exceptions import ProvisioningError
from entra_scim.management import environments, secrets
from entra_scim.management.environments import TROUBLE
from entra_scim.models import EntraConnection

_DIFFERENT = 1


class Command(BaseCommand):
    help = (
        "Show, compare and set up the connection and the roles of an environment, and "
        "pause its provisioning, as JSON. The exit code is 0, or 1 if diff finds a "
        "difference, or 2 if something cannot be done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        show = actions.add_parser("show", help="print the environment's document")
        environments.add_argument(show)
        diff = actions.add_parser(
            "diff", help="print what is otherwise than a document wants"
        )
        apply = actions.add_parser(
            "apply",
            help="make the environment as a document wants, all of it or nothing. Roles "
            "that it does not name are deleted; a part that it lacks stays",
        )
        for action in (diff, apply):
            environments.add_argument(action)
            action.add_argument("document", help="a file, or - for standard input")
        secrets.add_arguments(apply, "client-secret")
        pause = actions.add_parser(
            "pause",
            help="take nothing from Entra until you resume, leavers included. Entra "
            "tries again by itself",
        )
        resume = actions.add_parser("resume", help="take Entra's requests again")
        for action in (pause, resume):
            environments.add_argument(action)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(options)
        except (NotUnderstood, ProvisioningError) as error:
            raise CommandError(str(error), returncode=TROUBLE) from None

    def _show(self, options: dict[str, Any]) -> None:
        self._print(declared.shown(environments.environment_of(options)))

    def _diff(self, options: dict[str, Any]) -> None:
        environment = environments.environment_of(options)
        found = declared.differences(environment, _wanted(options))
        self._print({"differences": found})
        if found:
            sys.exit(_DIFFERENT)

    def _apply(self, options: dict[str, Any]) -> None:
        environment, wanted = (
            environments.environment_of(options),
            _wanted(options),
        )
        changed = declared.apply(
            environment, wanted, secrets.secret_of(options, "client-secret")
        )
        self._print({"changed": changed})

    def _pause(self, options: dict[str, Any]) -> None:
        self._tell_of_pause(pausing.pause(_connection_of(options)))

    def _resume(self, options: dict[str, Any]) -> None:
        self._tell_of_pause(pausing.resume(_connection_of(options)))

    def _tell_of_pause(self, has_changed: bool) -> None:
        self._print({"changed": ["state.paused"] if has_changed else []})

    def _print(self, document: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(document, indent=2, ensure_ascii=False))


def _connection_of(options: dict[str, Any]) -> EntraConnection:
    return configuration.connection_of(environments.environment_of(options))


def _wanted(options: dict[str, Any]) -> declared.Wanted:
    if options["document"] == "-":
        if options.get("client_secret_stdin"):
            raise CommandError(
                "Standard input is either the document or the client secret.",
                returncode=TROUBLE,
            )
        return declared.parsed(sys.stdin.read())
    try:
        return declared.parsed(Path(options["document"]).read_text("utf-8"))
    except (OSError, UnicodeError) as error:
        raise CommandError(str(error), returncode=TROUBLE) from None
