"""The command that links people that another library knows by their object ID."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError

from entra_scim.environments import importing
from entra_scim.environments.importing import Result
from entra_scim.management import environments

T = TypeVar("T")


class Command(BaseCommand):
    help = (
        "Link accounts whose people are known by their object ID in Entra, without "
        "waiting for Entra. Says what would happen, until --link does it. Prints CSV; "
        "the exit code is 1 if an account is refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        environments.add_argument(parser)
        parser.add_argument(
            "accounts",
            help="CSV with the columns account, the primary key of a user, and identity, "
            "their object ID or user principal name",
        )
        parser.add_argument(
            "directory", help="CSV of all users, as Entra's portal exports it"
        )
        parser.add_argument(
            "--link", action="store_true", help="link the accounts that can be"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        environment = environments.environment_of(options)
        known = _read(options["accounts"], importing.accounts)
        people = _read(options["directory"], importing.directory)
        writer = csv.writer(self.stdout)
        writer.writerow(["account", "identity", "result", "reason"])
        results: Counter[Result] = Counter()
        for outcome in importing.outcomes(
            environment, known, people, link=options["link"]
        ):
            results[outcome.result] += 1
            writer.writerow(
                [outcome.account, outcome.identity, outcome.result, outcome.reason]
            )
        counted = ", ".join(f"{results[result]} {result}" for result in Result)
        self.stderr.write(f"{counted}.")
        if not options["link"]:
            self.stderr.write("Nothing was changed. Repeat it with --link.")
        if results[Result.REFUSED]:
            raise CommandError("Some accounts are refused, see the reasons.")


def _read(name: str, parse: Callable[[Iterable[str]], T]) -> T:
    try:
        with Path(name).open(encoding="utf-8-sig", newline="") as lines:
            return parse(lines)
    except importing.NotUnderstood as error:
        raise CommandError(f"{name}: {error}") from None
    except (OSError, UnicodeError, csv.Error) as error:
        raise CommandError(f"{name} cannot be read: {error}") from None
