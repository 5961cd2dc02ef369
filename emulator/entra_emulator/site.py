"""The site of a local Entra: what Microsoft has at login.microsoftonline.com."""

from __future__ import annotations

import contextlib
import logging
import mimetypes
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import (
    get_script_prefix,
    get_urlconf,
    resolve,
    set_script_prefix,
    set_urlconf,
)
from django.utils import translation
from django.utils.translation import gettext as _

from .identity import IdentityProvider, SigningKeys
from .loopback import in_development, is_from_this_machine
from .tenant import Tenant
from .web import HERE, SiteRequest, render

logger = logging.getLogger(__name__)

_URLS = "entra_emulator.urls"


class EmulatorSite:
    """A WSGI application with the sign-in pages and endpoints of tenants.

    Tenants are apart, as at Microsoft: the ID in the path tells which it is. They
    share the signing keys.
    """

    def __init__(
        self, tenants: Iterable[Tenant] = (), *, keys: SigningKeys | None = None
    ) -> None:
        self.keys = keys or SigningKeys()
        self._identity_providers: dict[str, IdentityProvider] = {}
        for tenant in tenants:
            self.add(tenant)

    def add(self, tenant: Tenant) -> IdentityProvider:
        """Serve one more tenant, and return its identity provider."""
        provider = IdentityProvider(tenant, self.keys)
        self._identity_providers[tenant.id] = provider
        return provider

    def identity_provider(self, tenant_id: str) -> IdentityProvider | None:
        """Return the identity provider of a tenant, or None if it is not here."""
        return self._identity_providers.get(tenant_id.lower())

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> list[bytes]:
        """Answer a request (PEP 3333)."""
        request = SiteRequest(environ)
        request.emulator = self
        with (
            _own_urls(),
            translation.override(translation.get_language_from_request(request)),
        ):
            response = self._respond(request)
        # Whoever goes back in the browser's history is to see how things are now.
        response["Cache-Control"] = "no-store"
        # A form's own Origin, which is checked, is sent with this policy only.
        response["Referrer-Policy"] = "same-origin"
        response["X-Content-Type-Options"] = "nosniff"
        response["X-Frame-Options"] = "DENY"
        response.headers.setdefault("Content-Security-Policy", "default-src 'none'")
        start_response(
            f"{response.status_code} {response.reason_phrase}",
            [
                *response.items(),
                *(("Set-Cookie", c.OutputString()) for c in response.cookies.values()),
            ],
        )
        # Not the response itself: closing it would end database connections of the
        # project, where its tests call the site directly.
        return [response.content]

    def _respond(self, request: SiteRequest) -> HttpResponse:
        try:
            # Not only serve() does: any server can serve this application.
            if not in_development():
                raise BadRequest(_("The local Entra is for development and tests."))
            if not is_from_this_machine(request.META):
                raise BadRequest(_("This host is not the local Entra."))
            view, arguments, names = resolve(request.path_info)
            if not getattr(view, "csrf_exempt", False):
                _refuse_forms_of_others(request)
            response: HttpResponse = view(request, *arguments, **names)
            return response
        except Http404:
            return _problem(request, 404, _("There is no such page."))
        except (BadRequest, MultiPartParserError, SuspiciousOperation) as error:
            return _problem(request, 400, str(error))
        except Exception:
            logger.exception("The local Entra failed at %s", request.path_info)
            return _problem(request, 500, _("The local Entra failed. See its log."))


def static_file(request: SiteRequest, name: str) -> HttpResponse:
    """Return a file of the pages' own."""
    for file in (HERE / "static/entra_emulator").iterdir():
        if file.name == name:
            kind, _encoding = mimetypes.guess_type(name)
            return HttpResponse(file.read_bytes(), content_type=kind)
    raise Http404


def _refuse_forms_of_others(request: SiteRequest) -> None:
    """Refuse what a page of another site posts in somebody's name.

    By the Origin, which all browsers send with a form. Django's token is in a cookie
    of a name that the product has too, and cookies do not tell ports apart: whoever
    signed in to a product on this host made all forms here invalid.
    """
    if request.method not in ("GET", "HEAD") and (
        request.headers.get("Origin") != request.origin
    ):
        raise BadRequest(_("This form was sent from another site."))


def _problem(request: SiteRequest, status: int, text: str) -> HttpResponse:
    return render(request, "problem.html", {"text": text}, status=status)


@contextlib.contextmanager
def _own_urls() -> Iterator[None]:
    """Let ``reverse`` and ``{% url %}`` in this thread know our URLs alone."""
    urlconf, prefix = get_urlconf(), get_script_prefix()
    set_urlconf(_URLS)
    set_script_prefix("/")
    try:
        yield
    finally:
        set_urlconf(urlconf)
        set_script_prefix(prefix)
