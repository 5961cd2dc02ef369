from __future__ import annotations

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from entra_scim.conf import conf
from entra_scim.models.environment import AnyEnvironment


def environment_named(primary_key: str) -> AnyEnvironment:
    """Return the environment that a command's argument names.

    Raises:
        CommandError: There is none.
    """
    model = apps.get_model(conf.ENVIRONMENT_MODEL)
    try:
        return model._default_manager.get(pk=primary_key)
    except (model.DoesNotExist, ValueError, ValidationError, OverflowError):
        raise CommandError(
            f"There is no {model._meta.verbose_name} with primary key {primary_key!r}."
        ) from None
