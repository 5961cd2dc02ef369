"""Empty environments that the product deletes."""

from __future__ import annotations

import contextlib
from typing import Any

from django.apps import apps
from django.db.models.signals import pre_delete

from entra_scim.conf import conf
from entra_scim.database import transactions

from . import emptying


def connect() -> None:
    """Connect the receivers, once however often the app is set up."""
    with contextlib.suppress(AttributeError, LookupError, ValueError):
        # check_settings says what is wrong with the setting.
        pre_delete.connect(
            _lock_environment,
            apps.get_model(conf.ENVIRONMENT_MODEL),
            dispatch_uid="entra_scim.lock_environment",
        )


def _lock_environment(instance: Any, using: str, **kwargs: Any) -> None:
    if using == transactions.database():  # pragma: no branch - tests/topologies has two
        emptying.lock(instance)
        emptying.sweep(instance)
