"""What a product with django-allauth adds to its classes there."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user
from django.http import HttpRequest

from .people import drift
from .sign_in import gate, sessions, sign_ins, vouchers


class EntraAccountMixin:
    """Say no to people who may not sign in this way before allauth has signed them in.

    Put it before ``DefaultAccountAdapter``, and name the class in ``ACCOUNT_ADAPTER``.
    Without it, codes and accounts elsewhere let nobody in either, but
    ``allauth.usersessions`` then looks for a session and fails.
    """

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        is_of_entra = sign_ins.is_vouched_for(user) or vouchers.is_given(
            request.session
        )
        if gate.is_refused(user) and not is_of_entra:
            drift.mend(user)
            return self.respond_user_inactive(request, user)  # type: ignore[attr-defined]
        return super().pre_login(request, user, **kwargs)  # type: ignore[misc]


class EntraTokensMixin:
    """Know no session that has ended, in a token strategy of ``allauth.headless``.

    Put it before ``SessionTokenStrategy`` or ``JWTTokenStrategy``, and name the class in
    ``HEADLESS_TOKEN_STRATEGY``. It stands for all interfaces that ask the strategy: the
    app client answers 410, and those of Django REST framework and Django Ninja let
    nobody in. No token is refreshed by a session that has ended.
    """

    def lookup_session(self, session_token: str) -> Any:
        session = super().lookup_session(session_token)  # type: ignore[misc]
        return None if session is None or _is_ended(session) else session

    def refresh_token(self, refresh_token: str) -> tuple[str, str] | None:
        pair: tuple[str, str] | None = super().refresh_token(refresh_token)  # type: ignore[misc]
        if pair is None:
            return None
        # Only the strategy can tell which session a token is of.
        scheme = getattr(settings, "HEADLESS_JWT_AUTHORIZATION_HEADER_SCHEME", "Bearer")
        request = HttpRequest()
        request.META["HTTP_AUTHORIZATION"] = f"{scheme} {pair[0]}"
        session_token = self.get_session_token(request)  # type: ignore[attr-defined]
        return pair if self.lookup_session(session_token) is not None else None


def _is_ended(session: Any) -> bool:
    """Tell whether a session may no longer be used; then end it for good."""
    if SESSION_KEY not in session:
        return False  # a sign-in that waits for a code, and is nobody's yet
    request = HttpRequest()
    request.session = session
    user = get_user(request)
    if user.is_authenticated:
        if not sessions.is_ended(user, session):
            return False
        drift.mend(user)
    session.flush()
    return True
