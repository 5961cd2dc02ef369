"""Where Entra finds the site: before its pages, which take every address."""

from __future__ import annotations

from django.urls import include, path
from site_of_contoso.urls import urlpatterns as of_site

urlpatterns = [
    path("entra/scim/", include("entra_scim.scim.urls")),
    path("entra/sign-in/", include("entra_scim.oidc.urls")),
    *of_site,
]
