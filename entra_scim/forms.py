from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.forms import PasswordResetForm

from .sign_in import gate


class EntraPasswordResetForm(PasswordResetForm):
    """Send no mail to people who sign in with Entra, and say nothing of it."""

    def get_users(self, email: str) -> Iterator[Any]:
        return (user for user in super().get_users(email) if not gate.is_refused(user))
