"""The command that erases a person from the events."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from entra_scim.management import environments
from entra_scim.people import erasure


class Command(BaseCommand):
    help = (
        "Erase a person's name and address from the events of an environment, "
        "refused requests included. The account, if there is one, stays as it is: "
        "deleting it erases the same by itself."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        environments.add_argument(parser)
        parser.add_argument("address", help="userName or e-mail address of the person")

    def handle(self, *args: Any, **options: Any) -> None:
        environment = environments.environment_of(options)
        erased = erasure.erase_address(environment, options["address"])
        self.stdout.write(f"{erased} events erased.")
