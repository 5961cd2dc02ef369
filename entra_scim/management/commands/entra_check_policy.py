"""The command that tries the policy of the product."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from entra_scim.conf import conf
from entra_scim.diagnosis import policy_trial
from entra_scim.management import environments


class Command(BaseCommand):
    help = (
        "Try the policy on a made-up person who is created, leaves and returns, and "
        "say what is wrong. Nothing of it stays. The exit code is 1 if something is wrong."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        environments.add_argument(parser)
        parser.add_argument(
            "--email",
            help="address of the made-up person, if your policy wants a domain that "
            "nobody of the environment has",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        environment = environments.environment_of(options)
        address = options["email"] or policy_trial.made_up_address(environment)
        problems = policy_trial.problems_of(environment, address)
        for problem in problems:
            self.stdout.write(f"- {problem}")
        if problems:
            raise CommandError(f"{conf.POLICY}: {len(problems)} found.")
        self.stdout.write(f"{conf.POLICY} does what Entra needs in {environment}.")
