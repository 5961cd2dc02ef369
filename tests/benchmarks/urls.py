"""The addresses of the endpoint and of the minimal view."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("scim/", include("entra_scim.scim.urls")),
    path("floor/", include("tests.benchmarks.floor")),
]
