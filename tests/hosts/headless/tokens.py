"""What lets an app in, by a token in a header."""

from __future__ import annotations

from allauth.headless.contrib.rest_framework.authentication import (
    JWTTokenAuthentication,
)
from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy
from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from rest_framework.exceptions import AuthenticationFailed

from entra_scim.allauth import EntraTokensMixin


class SessionTokens(EntraTokensMixin, SessionTokenStrategy):
    pass


class AccessTokens(EntraTokensMixin, JWTTokenStrategy):
    pass


class AccessToken(JWTTokenAuthentication):
    def authenticate(self, request):
        found = super().authenticate(request)
        if found is not None:
            strategy = AccessTokens()
            if strategy.lookup_session(strategy.get_session_token(request)) is None:
                raise AuthenticationFailed
        return found
