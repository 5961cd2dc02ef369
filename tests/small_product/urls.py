"""The addresses of a product with next to nothing of its own."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("scim/", include("entra_scim.scim.urls")),
    path("entra/", include("entra_scim.oidc.urls")),
]
