"""Rows saved as Django's ``save`` does, by statements that are written once.

With the signals that it sends, and not where the product has a say in how it saves.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import models, router, transaction
from django.db.models.signals import post_save, pre_save

from . import prepared_writes
from .prepared_reads import is_plain
from .transactions import StaleWrite, database

_SERIALS = (models.AutoField, models.BigAutoField, models.SmallAutoField)
_USUAL = (models.Model.save, AbstractBaseUser.save)
_RANDOM_BYTES = 30  # 40 characters, as many as Django's


def set_unusable_password(user: Any) -> None:
    """Give a user a password that nobody has, unsaved, where the product has no own way.

    Like Django's, which asks the system for each of its random characters: that takes
    longer than to insert the user.
    """
    if type(user).set_unusable_password is AbstractBaseUser.set_unusable_password:
        user.password = UNUSABLE_PASSWORD_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    else:
        user.set_unusable_password()


def save_columns(user: Any, columns: Iterable[Any]) -> bool:
    """Save some columns of a user who is there.

    Returns:
        False, and nothing is saved, where the product has a ``save`` of its own.

    Raises:
        StaleWrite: The user is there no longer.
    """
    model, changed = type(user), list(columns)
    if not _is_saved_as_usual(user, changed):
        return False
    told = {
        "sender": model,
        "instance": user,
        "raw": False,
        "using": database(),
        "update_fields": frozenset(field.name for field in changed),
    }
    pre_save.send(**told)
    values = {field.attname: field.pre_save(user, False) for field in changed}
    if not prepared_writes.update(model, {model._meta.pk.attname: user.pk}, values):
        raise StaleWrite
    post_save.send(**told, created=False)
    return True


def insert(instance: models.Model) -> None:
    """Save an instance that is not in the database yet, by a statement written once.

    As ``save`` does, with its signals; by ``save`` itself where that is not the same. For
    what a policy makes of each new person::

        insert(Membership(environment=environment, user=user))
    """
    if not save_new(instance):
        instance.save()


def save_new(instance: Any) -> bool:
    """Save an instance that is not there yet.

    Returns:
        False, and nothing is saved, where the product has a ``save`` of its own, or
        where the database makes more than the primary key.
    """
    model, using = type(instance), database()
    options: Any = model._meta
    columns = [field for field in options.concrete_fields if not field.primary_key]
    if (
        instance.pk is not None
        or type(options.pk) not in _SERIALS
        or [*options.db_returning_fields] != [options.pk]
        or options.order_with_respect_to is not None
        or any(field.generated for field in columns)
        or router.db_for_write(model, instance=instance) != using
        or not _is_saved_as_usual(instance, columns)
    ):
        return False
    # What it refers to may have got a key since it was made, or still have none.
    instance._prepare_related_fields_for_save(operation_name="save")
    told = {
        "sender": model,
        "instance": instance,
        "raw": False,
        "using": using,
        "update_fields": None,
    }
    pre_save.send(**told)
    values = {field.attname: field.pre_save(instance, True) for field in columns}
    with transaction.mark_for_rollback_on_error(using=using):
        instance.pk = prepared_writes.insert_new(model, values)
    instance._state.adding, instance._state.db = False, using
    post_save.send(**told, created=True)
    return True


def _is_saved_as_usual(instance: Any, columns: Iterable[Any]) -> bool:
    model = type(instance)
    return (
        model.save in _USUAL
        # Of a new password, the validators are to be told.
        and getattr(instance, "_password", None) is None
        and model.save_base is models.Model.save_base
        and is_plain(model)
        and not any(
            hasattr(getattr(instance, field.attname), "resolve_expression")
            for field in columns
        )
    )
