"""The addresses of the endpoint, of the minimal view and of the admin."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("scim/", include("entra_scim.scim.urls")),
    path("floor/", include("tests.benchmarks.floor")),
    path("admin/", admin.site.urls),
]
