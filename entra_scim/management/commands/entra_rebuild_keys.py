"""The command that writes the keys of people again after an upgrade."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from entra_scim.models import ProvisionedUser
from entra_scim.people import rebuilding


class Command(BaseCommand):
    help = (
        "Write the keys by which people are found again, after a release that compares "
        "texts in another way. If it is interrupted, start it again: it goes on."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not rebuilding.is_needed():
            self.stdout.write("The keys of all people are current.")
            return
        done, left_out = 0, []
        total = ProvisionedUser.objects.count()
        for number, collided in rebuilding.rebuild():
            done += number
            left_out += collided
            self.stdout.write(f"{done} of {total} people")
        if rebuilding.is_needed():
            raise CommandError(
                "By the new keys, some people have the name or object ID of somebody "
                "else. Unlink one of each two in the tab, and start this again. "
                + ", ".join(sorted(f"{person} ({person.pk})" for person in left_out))
            )
        self.stdout.write("The keys of all people are current.")
