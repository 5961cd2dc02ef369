"""When a session was opened, and whether Entra has ended it since.

The moment is kept in the session itself, so that it works on every session
backend, signed cookies included, which cannot be deleted on the server.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from .models import ProvisionedUser, ReleasedUser

SESSION_KEY = "entra_scim_opened_at"


def stamp(session: Any) -> None:
    """Note in a session that its user has signed in just now."""
    session[SESSION_KEY] = timezone.now().timestamp()


def is_ended(user: AbstractBaseUser, session: Any) -> bool:
    """Tell whether a user's session may no longer be used. One statement.

    A session from before the app was installed has no stamp and counts as older
    than any end.
    """
    if not user.is_active:
        return True
    ended_at = _ended_at(user)
    return ended_at is not None and session.get(SESSION_KEY, 0) <= ended_at.timestamp()


def _ended_at(user: AbstractBaseUser) -> datetime.datetime | None:
    ends = (
        ProvisionedUser.objects.filter(user_id=user.pk)
        .values_list("sessions_ended_at")
        .union(
            ReleasedUser.objects.filter(user_id=user.pk).values_list("released_at"),
            all=True,
        )
    )
    return max((end for (end,) in ends if end), default=None)
