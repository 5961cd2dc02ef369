"""What a product asks about its people: does Entra manage them, may they come in?

And where they sign in with Entra. None of the functions changes anything.
"""

from __future__ import annotations

from typing import Any

from .accounts.managed import is_managed, managed_fields
from .activation.button import sign_in_url
from .database.environment_model import AnyEnvironment
from .sign_in import entrances
from .sign_in.gate import is_refused
from .sign_in.sessions import is_ended

__all__ = [
    "is_ended",
    "is_managed",
    "is_refused",
    "managed_fields",
    "may_enter",
    "sign_in_url",
]


def may_enter(request: Any, environment: AnyEnvironment) -> bool:
    """Tell whether the visitor of a request may enter an environment.

    Where people belong to several environments, the session must be one that this
    environment lets in. The middleware asks it for pages of which the policy's
    ``environment_of_request`` knows the environment; ask it yourself where something
    else names it, such as the body of a request.
    """
    return entrances.may_enter(
        request.user, getattr(request, "session", {}), environment
    )
