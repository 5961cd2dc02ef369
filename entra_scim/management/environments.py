"""The argument of commands that names an environment."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.core.management.base import CommandError

from entra_scim.conf import conf
from entra_scim.database.environment_model import AnyEnvironment, environment_named

TROUBLE = 2
"""How a command exits that could not do what it was asked; 1 is for what it found."""


def add_argument(parser: ArgumentParser) -> None:
    """Let a command, or an action of one, be told its environment."""
    parser.add_argument("environment", help="primary key of the environment")


def environment_of(options: Mapping[str, Any]) -> AnyEnvironment:
    """Return the environment that the argument names.

    Raises:
        CommandError: There is none.
    """
    primary_key = options["environment"]
    environment = environment_named(primary_key)
    if environment is None:
        name = apps.get_model(conf.ENVIRONMENT_MODEL)._meta.verbose_name
        raise CommandError(
            f"There is no {name} with primary key {primary_key!r}.", returncode=TROUBLE
        )
    return environment
