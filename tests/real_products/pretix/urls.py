"""Where Entra finds pretix: in the namespaces of a plugin."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("entra/scim/", include("entra_scim.scim.urls")),
    path("entra/sign-in/", include("entra_scim.oidc.urls")),
]
