"""The environment that a command's argument names."""

from __future__ import annotations

from django.apps import apps
from django.core.management.base import CommandError

from entra_scim.conf import conf
from entra_scim.database.environment_model import AnyEnvironment, environment_named

TROUBLE = 2
"""How a command exits that could not do what it was asked; 1 is for what it found."""


def environment_of_argument(primary_key: str) -> AnyEnvironment:
    """Return the environment that a command's argument names.

    Raises:
        CommandError: There is none.
    """
    environment = environment_named(primary_key)
    if environment is None:
        name = apps.get_model(conf.ENVIRONMENT_MODEL)._meta.verbose_name
        raise CommandError(
            f"There is no {name} with primary key {primary_key!r}.", returncode=TROUBLE
        )
    return environment
