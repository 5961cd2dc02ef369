"""The backend by which Django knows people who sign in with Entra."""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings as django_settings
from django.contrib import auth
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from entra_scim.accounts import places
from entra_scim.people import drift
from entra_scim.sign_in import gate

from . import mozilla
from .flow import Identity
from .problems import SignInProblem


class EntraBackend(mozilla.Backend):
    """Sign in provisioned people whom an ID token of Entra vouches for.

    Takes nothing but what an answer to a request of ours has shown. So a password
    login never reaches it, whatever ``code`` and ``state`` somebody adds to its
    URL. No account is created, revived or found by e-mail address.
    """

    is_entra = True
    """A person that it returns has come in by the way that the gate leaves open."""

    def authenticate(
        self, request: HttpRequest | None, *, entra_identity: Identity
    ) -> AbstractBaseUser | None:
        """Return the person that Entra vouches for.

        Raises:
            SignInProblem: Says why they may not come in.
        """
        person, obstacle = entra_identity.person, entra_identity.obstacle
        if person is None:
            raise SignInProblem(obstacle, name=entra_identity.name)
        if not self.user_can_authenticate(person.user):
            obstacle = "inactive"
        if obstacle == "inactive":
            drift.mend(person.user)
        if obstacle:
            raise SignInProblem(
                obstacle, name=entra_identity.name, user_id=person.user_id
            )
        return person.user

    async def aauthenticate(
        self, request: HttpRequest | None, *, entra_identity: Identity
    ) -> AbstractBaseUser | None:
        """Return the person that Entra vouches for. Raises as ``authenticate`` does."""
        authenticate = sync_to_async(self.authenticate)
        return await authenticate(request, entra_identity=entra_identity)

    def get_user(self, user_id: Any) -> AbstractBaseUser | None:
        """Return the user of a session, unless the account or Entra says inactive.

        The superclass would let the inactive stay.
        """
        people = self.UserModel._default_manager.all()
        is_shared = places.are_people_shared()
        if not is_shared:
            people = people.exclude(provisioned_user__active=False)
        user = people.filter(pk=user_id).first()
        if user and is_shared and gate.belonging_of(user).has_left:
            return None
        return user if user and self.user_can_authenticate(user) else None

    async def aget_user(self, user_id: Any) -> AbstractBaseUser | None:
        """Return the user as ``get_user`` does: that of Django asks the account alone."""
        return await sync_to_async(self.get_user)(user_id)


def admitted(request: HttpRequest, identity: Identity) -> Any:
    """Return the user that Entra vouches for, with their backend, ready for a login.

    Only by the backend that takes what Entra says. Django would ask those before it
    too. One that counts wrong passwords, such as django-axes, would then refuse a
    person because of somebody else's at the same address.

    Raises:
        SignInProblem: They may not come in, or there is no such backend.
    """
    for path in django_settings.AUTHENTICATION_BACKENDS:
        backend: Any = auth.load_backend(path)
        if getattr(backend, "is_entra", False):
            user = backend.authenticate(request, entra_identity=identity)
            user.backend = path
            return user
    raise SignInProblem("not_active")
