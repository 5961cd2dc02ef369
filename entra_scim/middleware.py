"""The middleware that ends sessions of people who may not act."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import LazyObject, SimpleLazyObject

from entra_scim.web import names
from entra_scim.web.engines import engine

from .accounts import places
from .database import failures
from .logs import logger
from .people import drift
from .policy import get_policy
from .secrecy.hiding import hide_in_reports, hide_query
from .sign_in import entrances, sessions

_RETRY_AFTER = 60  # seconds

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

_PAGES = ("entra_scim.oidc.", "entra_scim.tab.")


class EntraSessionMiddleware(MiddlewareMixin):
    """Let nobody act who may not, whatever told who they are.

    Place it directly after ``AuthenticationMiddleware``, so that no other middleware
    sees a user that it would refuse. It looks at the user when somebody else does:
    requests that nobody looks at cost nothing, open no session, and vary by no
    cookie. Others cost one indexed statement.

    It looks once more before the view, as later middleware may have signed in
    somebody else, by a header for example.

    Where people belong to several environments, nobody is signed in on a page of one
    whose session another one has opened. The session stays, for its own environment.
    """

    def process_request(self, request: HttpRequest) -> None:
        # Before the middleware that follows, which may fail: a code in the URL of a
        # report could still be redeemed.
        if "state=" in request.META.get("QUERY_STRING", "") and _is_callback(request):
            hide_query(request)
            hide_in_reports(request)
        elif request.content_type in _FORMS and _leads_to_page_of_ours(request):
            hide_in_reports(request)  # the client secret that is posted
        _guard(request)

    def process_view(self, request: HttpRequest, view: Any, *arguments: Any) -> None:
        # By now the product may know better which environment the page is of.
        _guard(request, once_more=places.are_people_shared())
        # What follows may ask to sign in before the view is reached.
        if _is_of_ours(view) and hasattr(view, "keep_typed"):
            view.keep_typed(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        # Here, where templates end up as well, which ask the database late. Other
        # pages are the product's, and SCIM has answers of its own.
        is_unavailable = isinstance(
            exception, DatabaseError | InterfaceError
        ) and failures.is_unavailable(exception)
        if not (is_unavailable and _is_page_of_ours(request)):
            return None
        logger.error("A page could not be shown", exc_info=exception)
        return _unavailable(request)


def _unavailable(request: HttpRequest) -> HttpResponse:
    # Rendered without the request: a product's context processors may look who is
    # signed in, in the database. The query stays behind, which may have secrets.
    template = engine().get_template("entra_scim/unavailable.html")
    return HttpResponse(
        template.render({"again": request.path}),
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        headers={"Retry-After": str(_RETRY_AFTER), "Cache-Control": "no-store"},
    )


def _is_page_of_ours(request: HttpRequest) -> bool:
    return _is_of_ours(getattr(request.resolver_match, "func", None))


def _leads_to_page_of_ours(request: HttpRequest) -> bool:
    try:
        found = resolve(request.path_info, getattr(request, "urlconf", None))
        return _is_of_ours(found.func)
    except Resolver404:
        return False


def _is_of_ours(view: Any) -> bool:
    module = getattr(getattr(view, "view_class", None), "__module__", "")
    return module.startswith(_PAGES)


def _is_callback(request: HttpRequest) -> bool:
    try:
        return request.path == reverse(names.full("entra_scim_oidc:callback"))
    except NoReverseMatch:  # a product without sign-in
        return False


def _guard(request: HttpRequest, *, once_more: bool = False) -> None:
    found = getattr(request, "user", None)
    if found is None:
        return
    if found is getattr(request, "_entra_scim_user", None) and not once_more:
        return
    session = getattr(request, "session", None)
    guarded: Any = SimpleLazyObject(partial(_admitted, request, found, session))
    request.user = request._entra_scim_user = guarded  # type: ignore[attr-defined]
    if found_later := getattr(request, "auser", None):

        async def auser() -> Any:
            return await sync_to_async(_admitted)(request, await found_later(), session)

        request.auser = auser


def _admitted(request: HttpRequest, found: Any, session_before: Any) -> Any:
    """Return a user who may act, else nobody. A session of theirs ends."""
    if isinstance(found, SimpleLazyObject) and session_before is not getattr(
        request, "session", None
    ):
        # Views such as those of django-allauth's app client put another session into
        # the request. Who the former one was of may be known already: Django's public
        # way to ask again, ``copy.copy``, then only copies the answer.
        found = found.__dict__["_setupfunc"]()
    user = _resolved(found)
    if not user.is_authenticated:
        return user
    session = getattr(request, "session", {})
    # Middleware that marks the user, as for a second factor, is not a second question.
    place = _place_of(request)
    decisive = (session.get(name) for name in sessions.DECISIVE)
    asked = (user.pk, None if place is None else place.pk, *decisive)
    if getattr(request, "_entra_scim_admitted", None) == asked:
        return user
    is_own = sessions.is_of(session, user)
    if not sessions.is_refused(user, session):
        if place is not None and not entrances.may_enter(user, session, place):
            return AnonymousUser()
        request._entra_scim_admitted = asked  # type: ignore[attr-defined]
        return user
    drift.mend(user)
    if is_own:
        request.user = user  # for who is told that they sign out
        auth.logout(request)
    return AnonymousUser()


def _place_of(request: HttpRequest) -> Any:
    policy = get_policy()
    return policy.environment_of_request(request) if policy.shares_people() else None


def _resolved(user: Any) -> Any:
    while issubclass(type(user), LazyObject):
        _ = user.is_authenticated  # now it is there
        user = user._wrapped
    return user
