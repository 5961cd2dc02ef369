"""Keep groups and sessions true to what others save, delete or open."""

from __future__ import annotations

import contextlib
from typing import Any

from django.apps import apps
from django.contrib.auth import SESSION_KEY, get_user_model, logout
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import (
    post_delete,
    post_migrate,
    post_save,
    pre_delete,
    pre_save,
)

from .accounts import look_alikes
from .conf import conf
from .database import transactions
from .environments import emptying
from .models import EnvironmentRole, ProvisioningEvent
from .people import drift, erasure
from .roles import regrants
from .sign_in import gate, sessions
from .story import events


def connect() -> None:
    """Connect the receivers, once however often the app is set up."""
    pre_save.connect(
        _remember_role, EnvironmentRole, dispatch_uid="entra_scim.remember_role"
    )
    post_save.connect(
        _regrant_saved_role, EnvironmentRole, dispatch_uid="entra_scim.role_saved"
    )
    post_delete.connect(
        _revoke_deleted_role, EnvironmentRole, dispatch_uid="entra_scim.role_deleted"
    )
    pre_delete.connect(
        _erase_user, get_user_model(), dispatch_uid="entra_scim.erase_user"
    )
    post_save.connect(
        _note_names, get_user_model(), dispatch_uid="entra_scim.note_names"
    )
    post_migrate.connect(
        _note_all_names,
        apps.get_app_config("entra_scim"),
        dispatch_uid="entra_scim.note_all_names",
    )
    with contextlib.suppress(AttributeError, LookupError, ValueError):
        # check_settings says what is wrong with the setting.
        pre_delete.connect(
            _lock_environment,
            apps.get_model(conf.ENVIRONMENT_MODEL),
            dispatch_uid="entra_scim.lock_environment",
        )
    user_logged_in.connect(_stamp_session, dispatch_uid="entra_scim.stamp_session")
    user_logged_out.connect(_close_session, dispatch_uid="entra_scim.close_session")


def _erase_user(instance: Any, using: str, **kwargs: Any) -> None:
    if using == transactions.database():
        transactions.lock_link_of(instance)
    # Before, not after: by then nothing tells which events were about the person.
    erasure.erase_user(instance)


def _note_names(
    instance: Any, using: str, update_fields: Any, raw: bool, **kwargs: Any
) -> None:
    if using == transactions.database() and not raw:
        look_alikes.note(instance, update_fields)


def _note_all_names(using: str, **kwargs: Any) -> None:
    if using == transactions.database():
        # ``flush`` names none: the tables are those of the code.
        look_alikes.note_all(kwargs.get("apps", apps))


def _lock_environment(instance: Any, using: str, **kwargs: Any) -> None:
    if using == transactions.database():
        emptying.lock(instance)
        emptying.sweep(instance)


def _remember_role(instance: EnvironmentRole, raw: bool, **kwargs: Any) -> None:
    if raw:  # loaddata: the groups come from the fixture as well
        return
    transactions.lock_environment(instance.environment)
    instance._saved_before = (  # type: ignore[attr-defined]
        EnvironmentRole.objects.filter(pk=instance.pk).first()
    )


def _regrant_saved_role(
    instance: EnvironmentRole, created: bool, raw: bool, **kwargs: Any
) -> None:
    if raw:
        return
    kinds = ProvisioningEvent.Kind
    before: EnvironmentRole | None = instance._saved_before  # type: ignore[attr-defined]
    if before and (before.value_key, before.group_id) == (
        instance.value_key,
        instance.group_id,
    ):
        return
    changed: dict[Any, list[str]] = {instance.group_id: []}
    if before:
        changed.setdefault(before.group_id, []).append(before.value_key)
    kind = kinds.ROLE_CREATED if created else kinds.ROLE_CHANGED
    regrants.begin(instance.environment, changed, _event(instance, kind))


def _revoke_deleted_role(instance: EnvironmentRole, origin: Any, **kwargs: Any) -> None:
    # Else its environment is being deleted, or more: an event would be of none.
    if EnvironmentRole not in (type(origin), getattr(origin, "model", None)):
        return
    transactions.lock_environment(instance.environment)
    event = _event(instance, ProvisioningEvent.Kind.ROLE_DELETED)
    changed = {instance.group_id: [instance.value_key]}
    regrants.begin(instance.environment, changed, event)


def _event(role: EnvironmentRole, kind: str) -> ProvisioningEvent:
    return events.record(role.environment, kind, name=role.value)


def _stamp_session(request: Any, user: Any, **kwargs: Any) -> None:
    # Libraries send the signal for tokens as well, without a session or a request.
    session = getattr(request, "session", {})
    if SESSION_KEY not in session:
        return
    standing = gate.standing_of(user)
    # What calls ``login()`` may have asked no backend.
    if standing.has_left or (standing.is_gated and not hasattr(user, "entra_claims")):
        drift.mend(user)
        logout(request)
    else:
        sessions.stamp(session, user, standing)
        if standing.link is not None:
            drift.look(standing.link)


def _close_session(request: Any, **kwargs: Any) -> None:
    session = getattr(request, "session", {})
    if SESSION_KEY in session:
        sessions.close(session)
