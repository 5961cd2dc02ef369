"""The addresses of a product with another user model."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("backstage/", admin.site.urls),
    path("some/where/else/", include("entra_scim.scim.urls")),
    path("entra/", include("entra_scim.oidc.urls")),
]
