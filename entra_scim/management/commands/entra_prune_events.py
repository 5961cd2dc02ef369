"""The command that deletes old events, for cron."""

from __future__ import annotations

import datetime
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from entra_scim.diagnosis import unknown_attributes
from entra_scim.sign_in import sign_ins
from entra_scim.story import events


class Command(BaseCommand):
    help = (
        "Delete provisioning events, and what is remembered of sign-ins with Entra, "
        "that are older than a number of days."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=int, required=True, help="age from which events are deleted"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        if not 0 <= days <= 36_500:
            raise CommandError("--days is a number from 0 to 36500.")
        before = timezone.now() - datetime.timedelta(days=days)
        deleted = events.prune(before)
        sign_ins.prune_sessions(before)
        unknown_attributes.prune(before)
        self.stdout.write(f"{deleted} events deleted.")
