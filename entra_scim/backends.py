"""The gate in ``AUTHENTICATION_BACKENDS``, by which activation refuses passwords."""

from __future__ import annotations

import inspect
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user_model, load_backend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import check_password
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.crypto import get_random_string
from django.views.decorators.debug import sensitive_variables

from .people import drift
from .secrecy.hiding import without_variables
from .sign_in import gate, sessions


class PasswordGate:
    """Refuse people who sign in with Entra, and those that Entra deactivated.

    Place it first in ``AUTHENTICATION_BACKENDS``. It asks the backends after it, in
    their order, and refuses the person they return if that is somebody who has no other
    way in than Entra: only the answer tells whose account credentials open. Passwords
    themselves stay untouched, so that they work again once Entra sign-in is turned
    off.

    Sessions get the backend that has answered, not this one. Where a product signs
    somebody in later by ``user.backend``, this one finds them through the others.
    """

    @without_variables
    def authenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> AbstractBaseUser | None:
        """Return the person that another backend returns, and who may come in this way.

        Raises:
            PermissionDenied: There is nobody. Django would ask the others once more.
        """
        if self._is_of_entra(request, credentials):
            return None
        credentials = _with_current_username(credentials)
        _refuse_names(credentials)
        for path, backend in self._others():
            if _takes(backend, request, credentials):
                user = backend.authenticate(request, **credentials)
                if user is not None:
                    return _admitted(user, path)
        raise PermissionDenied

    @sensitive_variables()
    async def aauthenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> AbstractBaseUser | None:
        if self._is_of_entra(request, credentials):
            return None
        credentials = await sync_to_async(_with_current_username)(credentials)
        await sync_to_async(_refuse_names)(credentials)
        for path, backend in self._others():
            if _takes(backend, request, credentials):
                user = await backend.aauthenticate(request, **credentials)
                if user is not None:
                    return await sync_to_async(_admitted)(user, path)
        raise PermissionDenied

    def get_user(self, user_id: Any) -> AbstractBaseUser | None:
        """Return the user that the first of the other backends knows by this key."""
        for _path, backend in self._others():
            if hasattr(backend, "get_user"):
                user: AbstractBaseUser | None = backend.get_user(user_id)
                if user is not None:
                    return user
        return None

    async def aget_user(self, user_id: Any) -> AbstractBaseUser | None:
        return await sync_to_async(self.get_user)(user_id)

    def _others(self) -> list[tuple[str, Any]]:
        """Return the backends after this one, with their paths."""
        others, is_after = [], False
        for path in settings.AUTHENTICATION_BACKENDS:
            backend: Any = load_backend(path)
            if is_after:
                others.append((path, backend))
            is_after = is_after or type(backend) is type(self)
        return others

    def _is_of_entra(
        self, request: HttpRequest | None, credentials: dict[str, Any]
    ) -> bool:
        """Tell whether credentials are Entra's answer, which Django may pass on."""
        return any(
            getattr(backend, "is_entra", False)
            and _takes(backend, request, credentials)
            for _path, backend in self._others()
        )


def _takes(backend: Any, request: Any, credentials: dict[str, Any]) -> bool:
    try:
        inspect.signature(backend.authenticate).bind(request, **credentials)
    except TypeError:
        return False
    return True


@without_variables
def _with_current_username(credentials: dict[str, Any]) -> dict[str, Any]:
    """Return credentials with the username that anyone who typed a former one has now."""
    names = {"username", get_user_model().USERNAME_FIELD}
    return {
        key: gate.current_username(value)
        if key in names and isinstance(value, str) and value
        else value
        for key, value in credentials.items()
    }


@without_variables
def _refuse_names(credentials: dict[str, Any]) -> None:
    """Refuse before any backend is asked, where all names are of refused people.

    The answer would be the same. But a right password whose hash is of long ago takes
    longer, as Django hashes it anew, and would so be told from a wrong one.
    """
    names = {
        value
        for name, value in credentials.items()
        if name != "password" and isinstance(value, str) and value
    }
    people = gate.people_named(names)
    if people and all(gate.is_refused(user) for user in people):
        for user in people:
            drift.mend(user)
        check_password(get_random_string(20), people[0].password)
        raise PermissionDenied


def _admitted(user: Any, path: str) -> AbstractBaseUser:
    if gate.is_refused(user):
        drift.mend(user)
        raise PermissionDenied
    sessions.note_backend(user, path)
    return user  # type: ignore[no-any-return]
