"""The addresses of the pages. What applications ask is in ``identity/endpoints.py``."""

from __future__ import annotations

from django.urls import include, path

from .portal.overview import Tenants
from .web import static_file

handler400 = "entra_emulator.web.bad_request"
handler404 = "entra_emulator.web.not_found"
handler500 = "entra_emulator.web.failed"

urlpatterns = [
    path("", Tenants.as_view()),
    path("portal/", include("entra_emulator.portal.urls")),
    path("static/<str:name>", static_file, name="static"),
    path("<str:tenant_id>/", include("entra_emulator.identity.urls")),
]
