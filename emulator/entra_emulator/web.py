"""What the pages of the local Entra share: requests, templates and headers."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.template.backends.django import DjangoTemplates

if TYPE_CHECKING:
    from .site import EmulatorSite

HERE = Path(__file__).parent


class SiteRequest(WSGIRequest):
    """A request to a site of the local Entra."""

    emulator: EmulatorSite

    def __init__(self, environ: dict[str, Any]) -> None:
        super().__init__(environ)
        # Without FORCE_SCRIPT_NAME, which is about the project.
        self.path = self.path_info

    @property
    def origin(self) -> str:
        """The scheme and host that the browser or the application asked."""
        # Not get_host(): that asks the settings of the project.
        return f"http://{self.META.get('HTTP_HOST', '')}"


@functools.cache
def _engine() -> DjangoTemplates:
    # Of our own, so that pages do not depend on the project's TEMPLATES.
    return DjangoTemplates(
        {
            "NAME": "entra_emulator",
            "DIRS": [HERE / "templates"],
            "APP_DIRS": False,
            "OPTIONS": {"builtins": ["django.templatetags.i18n"]},
        }
    )


def render(
    request: SiteRequest,
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
    page = _engine().get_template(f"entra_emulator/{template}")
    response = HttpResponse(page.render(dict(context), request), status=status)
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


def _origins(*urls: str) -> list[str]:
    parts = [urlsplit(url) for url in urls if url]
    return sorted({f"{one.scheme}://{one.netloc}" for one in parts})
