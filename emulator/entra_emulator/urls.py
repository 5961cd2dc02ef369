"""The addresses of a site of the local Entra. Not for a project's own URLs."""

from __future__ import annotations

from django.urls import include, path

from .portal.overview import Tenants
from .site import static_file

urlpatterns = [
    path("", Tenants.as_view()),
    path("portal/", include("entra_emulator.portal.urls")),
    path("static/<str:name>", static_file, name="static"),
    path("<str:tenant_id>/", include("entra_emulator.identity.urls")),
]
