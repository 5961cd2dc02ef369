"""The command that deletes an environment of any size."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import ProtectedError, RestrictedError

from entra_scim.environments import emptying
from entra_scim.management import environments


class Command(BaseCommand):
    help = (
        "Delete an environment with everything that belongs to it, in batches. Accounts "
        "of people stay. If it is interrupted, start it again: it goes on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        environments.add_argument(parser)
        parser.add_argument(
            "--yes", action="store_true", help="say that you mean it; nothing else asks"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        environment = environments.environment_of(options)
        if not options["yes"]:
            raise CommandError(f"This deletes {environment}. Repeat it with --yes.")
        name = str(environment)
        try:
            emptying.delete(environment)
        except (ProtectedError, RestrictedError) as error:
            raise CommandError(f"{environment} cannot be deleted: {error}") from error
        self.stdout.write(f"{name} is deleted.")
