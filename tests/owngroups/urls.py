"""The addresses of a product with groups of its own."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("scim/", include("entra_scim.scim.urls"))]
