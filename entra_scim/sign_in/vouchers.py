"""That Entra has vouched for somebody, until the product has signed them in.

A product may ask for more before it opens the session, such as a second factor of its
own, and does so in later requests. The voucher is in the session, which is the browser's
and no other's, and is good for one sign-in of one person.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from entra_scim.models import EntraSession

_KEY = "entra_scim_vouched"

_LASTS = 10 * 60  # seconds


def give(
    session: Any,
    user: AbstractBaseUser,
    entra_session: EntraSession,
    authenticated_at: float,
) -> None:
    """Note in a session that Entra has vouched for a user."""
    session[_KEY] = {
        "user": user._meta.pk.value_to_string(user),
        "entra_session": entra_session.pk,
        "authenticated_at": authenticated_at,
        "at": timezone.now().timestamp(),
    }


def is_given(session: Any) -> bool:
    """Tell whether a voucher waits in a session."""
    return _KEY in session


def take(session: Any, user: AbstractBaseUser) -> tuple[EntraSession, float] | None:
    """Return what Entra has said of a user who signs in, and when they showed who they are.

    None, if nothing was said of them lately, or Entra has ended it since.
    """
    voucher = session.pop(_KEY, None)
    if voucher is None:
        return None
    age = timezone.now().timestamp() - voucher["at"]
    if not 0 <= age < _LASTS or voucher["user"] != user._meta.pk.value_to_string(user):
        return None
    entra_session = EntraSession.objects.filter(
        pk=voucher["entra_session"], user_id=user.pk, ended_at=None
    ).first()
    if entra_session is None:
        return None
    return entra_session, float(voucher["authenticated_at"])
