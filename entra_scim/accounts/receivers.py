"""Follow which accounts the product saves and deletes."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models.signals import post_migrate, post_save, pre_delete, pre_save

from entra_scim.database import transactions

from . import key_versions, look_alikes, protection


def connect() -> None:
    """Connect the receivers, once however often the app is set up."""
    pre_save.connect(
        _protect_fields, get_user_model(), dispatch_uid="entra_scim.protect_fields"
    )
    pre_delete.connect(
        _protect_account, get_user_model(), dispatch_uid="entra_scim.protect_account"
    )
    post_save.connect(
        _note_names, get_user_model(), dispatch_uid="entra_scim.note_names"
    )
    post_migrate.connect(
        _note_all_names,
        apps.get_app_config("entra_scim"),
        dispatch_uid="entra_scim.note_all_names",
    )
    post_migrate.connect(
        _note_key_version,
        apps.get_app_config("entra_scim"),
        dispatch_uid="entra_scim.note_key_version",
    )


def _protect_fields(
    instance: Any, using: str, update_fields: Any, raw: bool, **kwargs: Any
) -> None:
    if using == transactions.database() and not raw:
        protection.check_change(instance, update_fields)


def _protect_account(instance: Any, using: str, origin: Any, **kwargs: Any) -> None:
    if using == transactions.database():  # pragma: no branch - tests/topologies has two
        protection.lock(instance)
        protection.check_deletion(instance, origin)


def _note_names(
    instance: Any, using: str, update_fields: Any, raw: bool, **kwargs: Any
) -> None:
    if using == transactions.database() and not raw:
        look_alikes.note(instance, update_fields)


def _note_all_names(using: str, **kwargs: Any) -> None:
    if using == transactions.database():  # pragma: no branch - tests/topologies has two
        # ``flush`` names none: the tables are those of the code.
        look_alikes.note_all(kwargs.get("apps", apps))


def _note_key_version(using: str, **kwargs: Any) -> None:
    if using == transactions.database():  # pragma: no branch - tests/topologies has two
        key_versions.begin(kwargs.get("apps", apps))
