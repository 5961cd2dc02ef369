"""The host's model of environments, which is known by its setting alone."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError

from entra_scim.conf import conf

AnyEnvironment = Any
"""An environment of whichever model the host has: type checkers know only ours."""


def environment_named(primary_key: str) -> AnyEnvironment | None:
    """Return the environment whose primary key a text is, or None."""
    model = apps.get_model(conf.ENVIRONMENT_MODEL)
    try:
        return model._default_manager.filter(pk=primary_key).first()
    except (ValueError, ValidationError, OverflowError):
        return None
