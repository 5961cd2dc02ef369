"""The identity provider of the local Entra: OpenID Connect in Entra's forms."""

from __future__ import annotations

from .keys import SigningKeys
from .provider import IdentityProvider
from .refusals import SignInRefused

__all__ = ["IdentityProvider", "SignInRefused", "SigningKeys"]
