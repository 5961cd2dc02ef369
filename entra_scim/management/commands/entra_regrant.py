"""The command that finishes role changes of many people, for cron."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from entra_scim.accounts import key_versions
from entra_scim.database import batches
from entra_scim.exceptions import Rebuilding
from entra_scim.models import PendingRegrant
from entra_scim.roles import regrants


class Command(BaseCommand):
    help = (
        "Finish the changes of roles that concern many people, in batches. If it "
        "is interrupted, start it again: it goes on. Run it from cron, as often as you like."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key_versions.check_current()
        except Rebuilding as error:
            raise CommandError(str(error)) from None
        while pending := PendingRegrant.objects.select_related("environment").first():
            self.stdout.write(f"{pending.environment}: {pending}")
            while regrants.step(pending.environment):
                batches.give_way()
        self.stdout.write("Everybody has the groups of their roles.")
