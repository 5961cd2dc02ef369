"""What the pages of the local Entra share: requests, templates, headers, problems."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.contrib.messages.storage.cookie import CookieStorage
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from .pages import SITE

if TYPE_CHECKING:
    from .local_entra import LocalEntra

_STATIC = Path(__file__).parent / "static/entra_emulator"


class SiteRequest(HttpRequest):
    """A request to a page of a local Entra."""

    emulator: LocalEntra


class Messages(CookieStorage):
    """What a page says after an action. No session, so no database."""

    cookie_name = "local_entra_messages"


def of_this_site(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[Any], HttpResponse]:
    """Tell requests which local Entra they are for, and browsers what may be shown."""

    def respond(request: Any) -> HttpResponse:
        request.emulator = request.environ[SITE]
        response = get_response(request)
        # Going back in the browser's history shows how things are now.
        response["Cache-Control"] = "no-store"
        response.headers.setdefault("Content-Security-Policy", "default-src 'none'")
        return response

    return respond


def render(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    forms_lead_to: str = "",
    frames: tuple[str, ...] = (),
) -> HttpResponse:
    """Return a page.

    Browsers apply ``form-action`` to redirects after a form too: ``forms_lead_to`` is
    the URL outside of this site where a form ends. ``frames`` are URLs of frames.
    """
    page = render_to_string(f"entra_emulator/{template}", dict(context), request)
    response = HttpResponse(page, status=status)
    response["Content-Security-Policy"] = "; ".join(
        [
            "default-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "img-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            " ".join(["form-action 'self'", *_origins(forms_lead_to)]),
            " ".join(["frame-src", *(_origins(*frames) or ["'none'"])]),
        ]
    )
    return response


def static_file(request: HttpRequest, name: str) -> HttpResponse:
    """Return a file of the pages' own."""
    for file in _STATIC.iterdir():
        if file.name == name:
            kind, _encoding = mimetypes.guess_type(name)
            return HttpResponse(file.read_bytes(), content_type=kind)
    raise Http404


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem(request, 400, str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem(request, 404, _("This page does not exist."))


def failed(request: HttpRequest) -> HttpResponse:
    return _problem(request, 500, _("The local Entra failed. See its log."))


def sent_from_another_site(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _problem(request, 400, _("This form was sent from another site."))


def _problem(request: HttpRequest, status: int, text: str) -> HttpResponse:
    return render(request, "problem.html", {"text": text}, status=status)


def _origins(*urls: str) -> list[str]:
    parts = [urlsplit(url) for url in urls if url]
    return sorted({f"{one.scheme}://{one.netloc}" for one in parts})
