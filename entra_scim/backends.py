from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.hashers import check_password
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.crypto import get_random_string
from django.views.decorators.debug import sensitive_variables

from . import gate


class PasswordGate:
    """Refuse passwords of people who sign in with Entra.

    Place it first in ``AUTHENTICATION_BACKENDS``: what it refuses, no other backend
    is asked. Passwords themselves stay untouched, so that they work again once the
    integration is deactivated. A name without a password, as a web server's
    ``REMOTE_USER``, is refused as well.

    It has no ``get_user`` and no permissions, and so is never taken for the backend
    of a session, as ``force_login`` takes the first one that could be.
    """

    @sensitive_variables()
    def authenticate(
        self, request: HttpRequest | None, password: Any = None, **credentials: Any
    ) -> None:
        names = {
            name for name in credentials.values() if isinstance(name, str) and name
        }
        people = gate.people_named(names)
        gated = [user for user in people if gate.is_gated(user)]
        if not gated:
            return
        # A gated person's address may be somebody else's username. That person is
        # the Admin perhaps, and whoever has their password comes in.
        others = [user for user in people if user not in gated]
        if any(check_password(password, user.password) for user in others):
            return
        if not others:
            # The time of a wrong password, lest the answer tells who is here. Of a
            # wrong one whatever was typed: a right one that was hashed long ago, with
            # less work, would be faster.
            check_password(get_random_string(20), gated[0].password)
        raise PermissionDenied

    async def aauthenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> None:
        await sync_to_async(self.authenticate)(request, **credentials)
