"""The command that tests sign-in with Entra, activates it on trial and turns it off."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from entra_scim.activation import admins, lifecycle, shut_out
from entra_scim.connection import configuration, credentials
from entra_scim.diagnosis import activation_obstacles
from entra_scim.management import environments, secrets
from entra_scim.management.environments import TROUBLE
from entra_scim.models import EntraConnection
from entra_scim.oidc import connection_test
from entra_scim.oidc.problems import SignInProblem

_NOT_SO = 1


class Command(BaseCommand):
    help = (
        "Say how people of an environment sign in, test the connection, activate Entra "
        "sign-in on trial and turn it off, with JSON as output. The exit code is 0, or 1 "
        "if Entra sign-in is not active, the test fails or something is in the way of "
        "the activation, or 2 if something cannot be done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        show = actions.add_parser(
            "show",
            help="print how things stand and what is in the way of an activation; exits "
            "with 0 once Entra sign-in is active and confirmed",
        )
        test = actions.add_parser(
            "test",
            help="ask Entra whether it knows the tenant, the application and its newest "
            "secret or certificate. Nobody has to sign in, and nothing changes",
        )
        activate = actions.add_parser(
            "activate",
            help="activate Entra sign-in on trial for 30 minutes. It stays active once "
            "an administrator signs in with Entra",
        )
        turn_off = actions.add_parser(
            "turn-off", help="let people sign in with their passwords again"
        )
        for action in (show, test, activate, turn_off):
            environments.add_argument(action)
        activate.add_argument(
            "--admin",
            required=True,
            metavar="USERNAME",
            help="username of the Admin, who keeps signing in with a password",
        )
        activate.add_argument(
            "--shut-out",
            type=int,
            default=0,
            metavar="NUMBER",
            help="how many people may be shut out, as show counts them",
        )
        secrets.add_arguments(activate, "admin-password", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        environment = environments.environment_of(options)
        settings = configuration.connection_of(environment)
        lifecycle.note_trial_end(settings)
        name = options["action"].replace("-", "_")
        if not getattr(self, f"_{name}")(settings, options):
            sys.exit(_NOT_SO)

    def _show(self, settings: EntraConnection, options: dict[str, Any]) -> bool:
        standing = _standing(settings)
        if standing["sign_in"] == lifecycle.State.INACTIVE:
            standing |= {
                "obstacles": _obstacles(settings, None),
                "shut_out": _people(shut_out.by_activation(settings.environment)),
            }
        else:
            off = shut_out.by_turning_off(settings.environment)
            standing["without_password"] = _people(off)
        self._print(standing)
        return bool(standing["sign_in"] == lifecycle.State.ACTIVE)

    def _test(self, settings: EntraConnection, options: dict[str, Any]) -> bool:
        newest = credentials.newest(settings)
        if newest is None:
            raise CommandError(
                "There are no credentials to test. Set them up with: "
                "entra_environment apply",
                returncode=TROUBLE,
            )
        try:
            connection_test.check(newest)
        except SignInProblem as problem:
            explanation = problem.explanation
            remedy = explanation.administrator or explanation.person
            self._print({"works": False, "code": problem.code, "remedy": str(remedy)})
            return False
        self._print({"works": True})
        return True

    def _activate(self, settings: EntraConnection, options: dict[str, Any]) -> bool:
        if lifecycle.state_of(settings) != lifecycle.State.INACTIVE:
            self._print(_standing(settings))
            return True
        password = secrets.secret_of(options, "admin-password")
        admin = admins.admin_with(None, options["admin"], password)
        if admin is None:
            raise CommandError(
                "This is not the username and password of an active Admin that Entra "
                "does not manage.",
                returncode=TROUBLE,
            )
        in_the_way = _obstacles(settings, admin)
        people = shut_out.by_activation(settings.environment)
        if in_the_way or people.count > options["shut_out"]:
            self._print(
                _standing(settings)
                | {"obstacles": in_the_way, "shut_out": _people(people)}
            )
            return False
        lifecycle.start_trial(settings, admin)
        self._print(_standing(settings))
        return True

    def _turn_off(self, settings: EntraConnection, options: dict[str, Any]) -> bool:
        lifecycle.deactivate(settings)
        self._print(_standing(settings))
        return True

    def _print(self, document: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(document, indent=2, ensure_ascii=False))


def _standing(settings: EntraConnection) -> dict[str, Any]:
    state = lifecycle.state_of(settings)
    ends_at = settings.trial_ends_at if state == lifecycle.State.TRIAL else None
    return {
        "sign_in": state.value,
        "is_tested": activation_obstacles.is_tested(settings),
        "trial_ends_at": ends_at and ends_at.isoformat(timespec="seconds"),
        "confirmed_by": lifecycle.confirmer_of(settings) if ends_at else None,
    }


def _obstacles(settings: EntraConnection, by: Any) -> list[dict[str, str]]:
    return [
        {"code": str(item.code), "message": str(item.message)}
        for item in activation_obstacles.of(settings, by)
    ]


def _people(found: shut_out.ShutOut) -> dict[str, Any]:
    return {"count": found.count, "first": [str(user) for user in found.shown]}
