"""The command that creates, lists and revokes access keys."""

from __future__ import annotations

import datetime
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from entra_scim.connection import access_keys
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.management import environments
from entra_scim.management.environments import TROUBLE
from entra_scim.models import AccessKey
from entra_scim.secrecy.hiding import without_variables


class Command(BaseCommand):
    help = (
        "Create, list and revoke the SCIM access keys of an environment. To replace a "
        "key, create another one: the older keys expire a day after Entra has used it "
        "first. The exit code is 0, or 2 if something cannot be done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser(
            "create", help="create a key; it is printed once and not kept"
        )
        environments.add_argument(create)
        create.add_argument(
            "--expires",
            help="date or time at which the key expires; never, if left out",
        )
        listing = actions.add_parser("list", help="list the keys of an environment")
        environments.add_argument(listing)
        listing.add_argument(
            "--json", action="store_true", help="print the keys as JSON"
        )
        revoke = actions.add_parser(
            "revoke", help="revoke a key; it opens nothing from the next request on"
        )
        environments.add_argument(revoke)
        revoke.add_argument("key", help="number of the key, as list shows it")

    def handle(self, *args: Any, **options: Any) -> None:
        environment = environments.environment_of(options)
        getattr(self, f"_{options['action']}")(environment, options)

    @without_variables
    def _create(self, environment: AnyEnvironment, options: dict[str, Any]) -> None:
        _key, secret = access_keys.create(
            environment, expires_at=_moment(options["expires"])
        )
        self.stderr.write(
            "Paste this key in Entra as Secret Token now: it is not shown again."
        )
        self.stdout.write(secret)

    def _list(self, environment: AnyEnvironment, options: dict[str, Any]) -> None:
        now = timezone.now()
        keys = AccessKey.objects.for_environment(environment)
        if options["json"]:
            told = [_told(key, now) for key in keys]
            self.stdout.write(json.dumps({"access_keys": told}, indent=2))
            return
        for key in keys:
            if key.revoked_at is not None:
                state = f"revoked {_shown(key.revoked_at)}"
            elif not key.is_usable(now):
                state = f"ended {_shown(key.ends_at)}"
            elif key.ends_at is not None:
                state = f"valid until {_shown(key.ends_at)}"
            else:
                state = "valid"
            self.stdout.write(
                f"{key.pk}  {key.hint}…  made {_shown(key.created_at)}  "
                f"first used {_shown(key.first_used_at)}  "
                f"last used {_shown(key.last_used_at)}  {state}"
            )

    def _revoke(self, environment: AnyEnvironment, options: dict[str, Any]) -> None:
        keys = AccessKey.objects.for_environment(environment)
        try:
            key = keys.get(pk=options["key"])
        except (AccessKey.DoesNotExist, ValueError):
            raise CommandError(
                f"The environment has no key {options['key']}. "
                "See the numbers with: entra_access_key list",
                returncode=TROUBLE,
            ) from None
        access_keys.revoke(key)
        self.stdout.write(f"{key} is revoked.")


def _moment(text: str | None) -> Any:
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
        if moment is None and (date := parse_date(text)):
            moment = parse_datetime(f"{date}T00:00")
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(
            f"{text!r} is not a date. Write it as 2027-01-31.", returncode=TROUBLE
        )
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    if moment <= timezone.now():
        raise CommandError(f"{text} is over already.", returncode=TROUBLE)
    return moment


def _told(key: AccessKey, now: datetime.datetime) -> dict[str, Any]:
    times = {
        "created_at": key.created_at,
        "first_used_at": key.first_used_at,
        "last_used_at": key.last_used_at,
        "expires_at": key.ends_at,
        "revoked_at": key.revoked_at,
    }
    return {
        "number": key.pk,
        "begins_with": key.hint,
        "is_usable": key.is_usable(now),
        **{name: at and at.isoformat(timespec="seconds") for name, at in times.items()},
    }


def _shown(moment: Any) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else "never"
