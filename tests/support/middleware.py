"""Middleware of hosts, which know people in ways of their own."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.auth import authenticate, get_user_model, login
from django.contrib.sessions.middleware import SessionMiddleware
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject, empty


class SessionOfAToken(SessionMiddleware):
    """Finds the session by a header, as headless clients have no cookies."""

    def process_request(self, request):
        engine = import_module(settings.SESSION_ENGINE)
        request.session = engine.SessionStore(request.headers.get("X-Session-Token"))


class TokenInTheView(MiddlewareMixin):
    """Puts a token's session in place of the cookie's at the view, as django-allauth does."""

    def process_view(self, request, *view):
        assert not request.user.is_authenticated  # Others have looked.
        engine = import_module(settings.SESSION_ENGINE)
        request.session = engine.SessionStore(request.headers.get("X-Session-Token"))
        del request._cached_user
        request.user._wrapped = empty


class CookieOfItsOwn(SessionMiddleware):
    """Names the cookie by the request, as products with several domains do."""

    def process_request(self, request):
        key = request.COOKIES.get(f"__Secure-{request.get_host()}")
        request.session = self.SessionStore(key)


class SignInByHeader(MiddlewareMixin):
    """Believes a proxy, and opens a session, as Healthchecks does."""

    def process_request(self, request):
        if address := request.headers.get("X-Address"):
            user = get_user_model().objects.get(email=address)
            request.user = user
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[1])
            request.user = user


class AuthenticateByHeader(MiddlewareMixin):
    """Believes a proxy, and lets the backends decide."""

    def process_request(self, request):
        if name := request.headers.get("X-Name"):
            user = authenticate(request, remote_user=name)
            if user is not None:
                request.user = user


class UserOfAHeader(MiddlewareMixin):
    """Says who the user is, for this request alone."""

    def process_request(self, request):
        if address := request.headers.get("X-Address"):
            request.user = get_user_model().objects.get(email=address)


class SecondFactor(MiddlewareMixin):
    """Marks the user when somebody looks, as django-otp does."""

    def process_request(self, request):
        user = request.user
        request.user = SimpleLazyObject(lambda: self.marked(user))

    def marked(self, user):
        user.is_verified = False
        return user


class Fails(MiddlewareMixin):
    """Fails before any view."""

    def process_request(self, request):
        raise ZeroDivisionError
