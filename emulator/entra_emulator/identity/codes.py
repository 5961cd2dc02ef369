"""Authorization codes: ten minutes, once, for one application and redirect URI."""

from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass, field

from entra_emulator.applications import Application
from entra_emulator.clock import Clock

from .refusals import SignInRefused
from .sessions import SignIn

LIFETIME = datetime.timedelta(minutes=10)


@dataclass(kw_only=True, eq=False)
class IssuedCode:
    """What an authorization code stands for."""

    application: Application
    sign_in: SignIn
    redirect_uri: str
    scopes: list[str]
    nonce: str | None
    has_max_age: bool
    """Whether the request had ``max_age``, so that ``auth_time`` is due."""
    code_challenge: str | None
    code_challenge_method: str | None
    issued_at: datetime.datetime
    is_redeemed: bool = False


@dataclass(kw_only=True)
class Codes:
    """The codes that one tenant issued."""

    tenant_id: str
    clock: Clock
    issued: dict[str, IssuedCode] = field(default_factory=dict, repr=False)

    def new(self) -> str:
        """Return a code that tells its tenant, as Entra's do."""
        return f"1.{self.tenant_id}.{secrets.token_urlsafe(32)}"

    def find(self, code: str, application: Application) -> IssuedCode:
        """Return what a code stands for.

        Raises:
            SignInRefused: It is none of this tenant and application, or was used, or
                is too old.
        """
        found = self.issued.get(code)
        if found is None:
            is_foreign = code.startswith("1.") and f".{self.tenant_id}." not in code
            raise SignInRefused(700005 if is_foreign else 70000)
        if found.application is not application:
            raise SignInRefused(700005)
        if found.is_redeemed:
            raise SignInRefused(54005)
        if found.issued_at + LIFETIME < self.clock.now():
            raise SignInRefused(70008)
        return found
