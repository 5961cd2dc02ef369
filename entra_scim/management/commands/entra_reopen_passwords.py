"""The command for emergencies: it lets people sign in with passwords again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from entra_scim.activation import lifecycle
from entra_scim.connection import configuration
from entra_scim.management.environments import environment_of_argument


class Command(BaseCommand):
    help = (
        "Let the people of an environment sign in with their passwords again, if "
        "nobody can sign in with Entra. Turns Entra sign-in off."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("environment", help="primary key of the environment")

    def handle(self, *args: Any, **options: Any) -> None:
        environment = environment_of_argument(options["environment"])
        settings = configuration.connection_of(environment)
        if settings.activated_at is None:
            self.stdout.write(f"Passwords of {environment} work already.")
            return
        lifecycle.deactivate(settings)
        self.stdout.write(f"Passwords of {environment} work again.")
