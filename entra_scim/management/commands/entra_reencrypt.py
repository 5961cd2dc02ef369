"""The command that retires old encryption keys."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from entra_scim.connection import configuration
from entra_scim.connection.encryption import Unreadable
from entra_scim.models import EntraConnection


class Command(BaseCommand):
    help = (
        "Encrypt the secrets of all environments with the newest key, so that older "
        "keys can be removed from the settings."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done, unreadable = 0, []
        for settings in EntraConnection.objects.select_related("environment"):
            try:
                configuration.reencrypt(settings)
            except Unreadable:
                unreadable.append(str(settings.environment))
            else:
                done += 1
        self.stdout.write(f"Encrypted the secrets of {done} environments anew.")
        if unreadable:
            raise CommandError(
                "No key reads the secrets of these environments. Add the key that they "
                "were encrypted with, or save new secrets in the tab: "
                + ", ".join(sorted(unreadable))
            )
