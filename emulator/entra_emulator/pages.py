"""The pages of a local Entra: a Django project, so one process has nothing besides."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.wsgi import get_wsgi_application

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from .local_entra import LocalEntra

SITE = "entra_emulator.site"
"""What a request's environment calls the local Entra that answers it."""

_SETTINGS = "entra_emulator.settings"


class NotAlone(Exception):
    """This process is another Django project's."""


def of(local_entra: LocalEntra) -> WSGIApplication:
    """Return the WSGI application of the pages.

    Raises:
        NotAlone: Django has other settings here: a process has one project.
    """
    django = _django()

    def application(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        return django({**environ, SITE: local_entra}, start_response)

    return application


@functools.cache
def _django() -> WSGIApplication:
    if not settings.configured:
        # Whatever project the variable names: that of the shell, at most.
        os.environ["DJANGO_SETTINGS_MODULE"] = _SETTINGS
    if settings.SETTINGS_MODULE != _SETTINGS:
        raise NotAlone(
            f"Django has the settings {settings.SETTINGS_MODULE} in this process. Run "
            "the local Entra in its own: entra_emulator.process.local_entra()."
        )
    return get_wsgi_application()
