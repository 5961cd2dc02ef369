"""What a product asks about its people: does Entra manage them, may they come in?

And where they sign in with Entra. None of the functions changes anything.
"""

from __future__ import annotations

from .accounts.managed import is_managed, managed_fields
from .activation.button import sign_in_url
from .sign_in.gate import is_refused
from .sign_in.sessions import is_ended

__all__ = ["is_ended", "is_managed", "is_refused", "managed_fields", "sign_in_url"]
