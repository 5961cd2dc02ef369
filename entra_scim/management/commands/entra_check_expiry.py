from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.mail import send_mail
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from entra_scim import connection
from entra_scim.conf import conf
from entra_scim.policy import get_policy


class Command(BaseCommand):
    help = (
        "Say which client secrets and access keys end within 30 days. The exit code "
        "is 1 if there are any, for cron."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--mail",
            action="store_true",
            help="also tell the administrators of each environment by mail",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        environments = apps.get_model(conf.ENVIRONMENT_MODEL)._default_manager.all()
        found = connection.notices(environments)
        for notice in found:
            self.stdout.write(notice.message)
            if options["mail"]:
                _mail(notice)
        if found:
            sys.exit(1)


def _mail(notice: connection.Notice) -> None:
    people = get_policy().administrators_of(notice.environment)
    for person in people:
        address = getattr(person, person.get_email_field_name())
        if address:
            send_mail(
                _("Microsoft Entra ID: something needs to be renewed"),
                notice.message,
                None,
                [address],
            )
