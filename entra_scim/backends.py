from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.hashers import check_password
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from . import gate


class PasswordGate:
    """Refuse passwords of people who sign in with Entra.

    Place it first in ``AUTHENTICATION_BACKENDS``: what it refuses, no other backend
    is asked. Passwords themselves stay untouched, so that they work again once the
    integration is deactivated.

    It has no ``get_user`` and no permissions, and so is never taken for the backend
    of a session, as ``force_login`` takes the first one that could be.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> None:
        if password is None:
            return
        names = {
            name
            for name in (username, *credentials.values())
            if isinstance(name, str) and name
        }
        for name in sorted(names):
            for user in gate.people_named(name):
                if gate.is_gated(user):
                    # The time of a wrong password, lest the answer tells who is here.
                    check_password(password, user.password)
                    raise PermissionDenied

    async def aauthenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> None:
        await sync_to_async(self.authenticate)(request, **credentials)
