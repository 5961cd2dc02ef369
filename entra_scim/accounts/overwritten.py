"""What Entra's changes have replaced in an account, to tell when that comes back.

Anyone who saves a whole account that they read before a change brings back just what the
change replaced. Another value was meant: a local change, which is none of ours.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from entra_scim.models import ProvisionedUser
from entra_scim.text import comparison_keys

from . import profile

_WATCHED = datetime.timedelta(days=1)
"""How long what was replaced counts as stale, and not as chosen anew."""


def note(person: ProvisionedUser, before: Mapping[str, Any]) -> None:
    """Note, unsaved, which values of a snapshot the user of a person has no longer.

    By digest: nobody's former name is kept.
    """
    now, noted = profile.snapshot(person.user), _columns(person)
    replaced = noted | {
        column: _digest(value)
        for column, value in before.items()
        if value != now[column]
    }
    columns = {
        column: digest
        for column, digest in replaced.items()
        if digest != _digest(now[column])
    }
    if columns != noted:
        _keep(person, columns=columns)


def note_groups(person: ProvisionedUser) -> None:
    """Note, unsaved, that the groups of a person were changed."""
    _keep(person, groups=True)


def is_watched(person: ProvisionedUser) -> bool:
    """Tell whether something of a person was replaced not long ago."""
    at = person.overwritten.get("at", 0)
    return bool(at > (timezone.now() - _WATCHED).timestamp())


def are_columns_watched(person: ProvisionedUser) -> bool:
    """Tell whether values of a person's account were replaced not long ago."""
    return bool(_columns(person))


def are_groups_watched(person: ProvisionedUser) -> bool:
    """Tell whether the groups of a person were changed not long ago."""
    return is_watched(person) and "groups" in person.overwritten


def returned(person: ProvisionedUser, user: AbstractBaseUser) -> set[str]:
    """Return the columns of a user in which the replaced value is there again."""
    if not are_columns_watched(person):
        return set()
    now = profile.snapshot(user)
    return {
        column
        for column, digest in _columns(person).items()
        if digest == _digest(now.get(column))
    }


def _columns(person: ProvisionedUser) -> dict[str, str]:
    return dict(person.overwritten.get("columns", {})) if is_watched(person) else {}


def _keep(person: ProvisionedUser, **values: Any) -> None:
    kept = person.overwritten if is_watched(person) else {}
    person.overwritten = {**kept, **values, "at": timezone.now().timestamp()}


def _digest(value: Any) -> str:
    return comparison_keys.digest(str(value))
