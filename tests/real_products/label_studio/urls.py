"""Where Entra finds Label Studio."""

from __future__ import annotations

from core.urls import urlpatterns as of_product
from django.urls import include, path

urlpatterns = [
    path("entra/scim/", include("entra_scim.scim.urls")),
    path("entra/sign-in/", include("entra_scim.oidc.urls")),
    *of_product,
]
