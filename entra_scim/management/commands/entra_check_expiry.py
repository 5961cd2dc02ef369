"""The command that tells which credentials expire soon, for cron."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand

from entra_scim.activation import lifecycle
from entra_scim.conf import conf
from entra_scim.diagnosis.notices import notices
from entra_scim.story import notifications


class Command(BaseCommand):
    help = (
        "Say which client secrets, certificates and access keys expire within 30 days. The "
        "exit code is 1 if there are any, for cron."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--mail",
            action="store_true",
            help="also tell the administrators of each environment by mail",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        environments = apps.get_model(conf.ENVIRONMENT_MODEL)._default_manager.all()
        lifecycle.note_ended_trials()
        found = notices(environments)
        for notice in found:
            self.stdout.write(notice.message)
            if options["mail"]:
                notifications.tell_administrators(notice.environment, notice.message)
        if found:
            sys.exit(1)
