"""The command that prints the set-up kit."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from entra_scim.kit.document import edited_schema
from entra_scim.kit.environments import wanted_of
from entra_scim.kit.forms import FORMATS, file_name
from entra_scim.kit.plan import KitError, plan
from entra_scim.management import environments


class Command(BaseCommand):
    help = (
        "Print what sets up Entra for an environment: a script for Azure Cloud Shell or "
        "PowerShell, Terraform's configuration, or the plan of all. No secret is in it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        environments.add_argument(parser)
        parser.add_argument(
            "--format", choices=sorted(FORMATS), default="sh", help="sh, if left out"
        )
        parser.add_argument(
            "--url",
            help="address of the product, such as https://product.example; the only "
            "one of CSRF_TRUSTED_ORIGINS or ALLOWED_HOSTS, if left out",
        )
        parser.add_argument(
            "--notify", default="", help="address that Entra mails about failures"
        )
        parser.add_argument(
            "--deletion-threshold",
            type=int,
            default=50,
            help="how many people Entra may deactivate in a cycle before it asks",
        )
        parser.add_argument(
            "--schema",
            help="a synchronization schema downloaded from Entra; prints it edited",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        environment = environments.environment_of(options)
        origin = _origin(options["url"])
        if options["deletion_threshold"] < 1:
            raise CommandError("The deletion threshold is 1 or more.")
        try:
            wanted = wanted_of(
                environment,
                lambda path: f"{origin}{path}",
                notification_address=options["notify"],
                deletion_threshold=options["deletion_threshold"],
            )
            made = plan(wanted)
            if options["schema"]:
                self._edit(options["schema"])
                return
        except KitError as error:
            raise CommandError(str(error)) from None
        name = file_name(wanted.environment_id, options["format"])
        self.stdout.write(FORMATS[options["format"]](made, name), ending="")

    def _edit(self, path: str) -> None:
        try:
            text = Path(path).read_bytes()
        except OSError as error:
            raise CommandError(f"Cannot read {path}: {error.strerror}.") from None
        edited, differences = edited_schema(text)
        for difference in differences or ["No differences."]:
            self.stderr.write(difference)
        self.stdout.write(edited)


def _origin(url: str | None) -> str:
    """Return scheme and host of the product.

    Raises:
        CommandError: They are not known, or are not an address.
    """
    if url is None:
        hosts = [host for host in settings.ALLOWED_HOSTS if "*" not in host]
        candidates = {
            *(o for o in settings.CSRF_TRUSTED_ORIGINS if "*" not in o),
            *(f"https://{host}" for host in hosts if host and host[0] != "."),
        }
        if len(candidates) != 1:
            raise CommandError(
                "Say where people reach the product: --url https://product.example"
            )
        (url,) = candidates
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CommandError(
            f"{url!r} is not an address. Write it as https://product.example"
        )
    return f"{parts.scheme}://{parts.netloc}"
