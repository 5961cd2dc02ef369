"""The command for emergencies: it lets people sign in with passwords again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from entra_scim.activation import lifecycle
from entra_scim.connection import configuration
from entra_scim.management import environments


class Command(BaseCommand):
    help = (
        "Let the people of an environment sign in with their passwords again, if "
        "nobody can sign in with Entra. Turns Entra sign-in off."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        environments.add_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        environment = environments.environment_of(options)
        settings = configuration.connection_of(environment)
        if settings.activated_at is None:
            self.stdout.write(f"Passwords of {environment} work already.")
            return
        lifecycle.deactivate(settings)
        self.stdout.write(f"Passwords of {environment} work again.")
