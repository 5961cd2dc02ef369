from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse

from . import sessions


class EntraSessionMiddleware:
    """End sessions that may no longer be used, at their next request.

    Which these are is told by ``sessions.is_ended``, whichever authentication
    backend opened them. Place it after ``AuthenticationMiddleware``. Requests
    without a session cookie cost nothing, others one indexed statement.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Looking at the user opens the session and adds "Vary: Cookie".
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            user = request.user
            if user.is_authenticated and sessions.is_ended(user, request.session):
                auth.logout(request)
        return self.get_response(request)
