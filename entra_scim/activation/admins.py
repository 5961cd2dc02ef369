"""The account that no directory keeps out, which an activation asks for."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate

from entra_scim.models import ProvisionedUser
from entra_scim.policy import get_policy
from entra_scim.secrecy.hiding import Secret, without_variables


@without_variables
def admin_with(request: Any, username: str, password: Secret) -> Any:
    """Return the active Admin with a username and password, or None.

    As any sign-in, so that what counts failures counts these too. ``request`` may be
    None.
    """
    user = authenticate(request, username=username, password=password.reveal())
    if (
        user is None
        or not get_policy().is_exempt(user)
        or ProvisionedUser.objects.filter(user_id=user.pk).exists()
    ):
        return None
    return user
