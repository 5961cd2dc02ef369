"""The table that says who is in which of Django's groups."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.signals import m2m_changed, post_delete, pre_delete
from django.utils.translation import gettext_lazy as _

from entra_scim.database import prepared_writes
from entra_scim.exceptions import ProvisioningError


class GroupsElsewhere(ProvisioningError):
    """The groups of the product's user are not Django's.

    Another table may have a group of the same primary key, which means something
    else altogether.
    """

    code = "groups_elsewhere"
    message = _(
        "Roles grant groups of Django, but the people of this product have groups of "
        "another kind. Tell the maintainers of this product: manage.py check explains it."
    )


def field() -> Any:
    """Return the field of the user model that leads to Django's groups, or None."""
    try:
        found: Any = get_user_model()._meta.get_field("groups")
    except FieldDoesNotExist:
        return None
    if not isinstance(found, models.ManyToManyField):
        return None
    model: Any = found.related_model
    return found if model._meta.concrete_model is Group else None


def held(user: Any, among: Collection[Any]) -> set[Any]:
    """Return the primary keys of the groups that a user has among some."""
    if not among or field() is None:
        return set()
    return set(user.groups.filter(pk__in=among).values_list("pk", flat=True))


def change(user: Any, *, joined: Collection[Any], left: Collection[Any]) -> None:
    """Put a user into groups and take them out of others, by primary keys.

    Raises:
        GroupsElsewhere: There are no groups to be put into.
    """
    if joined and field() is None:
        raise GroupsElsewhere
    if left:
        _leave(user, left)
    if joined:
        _join(user, joined)


def _join(user: Any, group_ids: Collection[Any]) -> None:
    """Put a user into groups as ``add`` does, which tells receivers if there are any."""
    table = through().model
    if not _is_plain(table):
        user.groups.add(*group_ids)
        return
    user_column, group_column = columns()
    prepared_writes.insert(
        table,
        ({user_column: user.pk, group_column: group_id} for group_id in group_ids),
        ignore_conflicts=True,
    )


def _leave(user: Any, group_ids: Collection[Any]) -> None:
    """Take a user out of groups as ``remove`` does, likewise."""
    table = through().model
    # One statement for each would be as many as there are roles.
    if (
        len(group_ids) > 1
        or not _is_plain(table)
        or any(signal.has_listeners(table) for signal in (pre_delete, post_delete))
    ):
        user.groups.remove(*group_ids)
        return
    user_column, group_column = columns()
    [group_id] = group_ids
    prepared_writes.delete(table, {user_column: user.pk, group_column: group_id})


def _is_plain(table: Any) -> bool:
    """Tell whether nobody but us sees how rows come and go."""
    return bool(table._meta.auto_created) and not m2m_changed.has_listeners(table)


def pairs(user_ids: Collection[Any], group_ids: Collection[Any]) -> list[Any]:
    """Return who of some users is in which of some groups, as pairs of keys."""
    if field() is None:
        return []
    user, group = columns()
    rows = through().filter(**{f"{user}__in": user_ids, f"{group}__in": group_ids})
    return list(rows.values_list(user, group))


def of_group(group_id: Any) -> models.QuerySet[Any]:
    """Return the rows of everybody who is in a group.

    Raises:
        GroupsElsewhere: The user model has other groups.
    """
    _user, group = columns()
    rows: models.QuerySet[Any] = through().filter(**{group: group_id})
    return rows


def join(user_ids: list[Any], group_id: Any) -> None:
    """Put many users into a group. No signal ``m2m_changed`` is sent."""
    if not user_ids:
        return
    manager = through()
    user, group = columns()
    rows = [manager.model(**{user: pk, group: group_id}) for pk in user_ids]
    manager.bulk_create(rows, ignore_conflicts=True)


def leave(user_ids: list[Any], group_id: Any) -> None:
    """Take many users out of a group. No ``m2m_changed`` either."""
    if user_ids:
        user, _group = columns()
        of_group(group_id).filter(**{f"{user}__in": user_ids}).delete()


def through() -> Any:
    return _of_django().remote_field.through._default_manager


def columns() -> tuple[str, str]:
    """Return the names of the columns of the user and of the group."""
    found = _of_django()
    options = found.remote_field.through._meta
    return (
        options.get_field(found.m2m_field_name()).attname,
        options.get_field(found.m2m_reverse_field_name()).attname,
    )


def _of_django() -> Any:
    found = field()
    if found is None:
        raise GroupsElsewhere
    return found
