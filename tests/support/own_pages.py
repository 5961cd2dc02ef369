"""The URLs of a product that shows the tab in a settings area of its own."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpResponse
from django.urls import include, path

area = ([path("<environment>/entra/", include("entra_scim.tab.urls"))], "area")

urlpatterns = [
    path("scim/", include("entra_scim.scim.urls")),
    path("entra/", include("entra_scim.oidc.urls")),
    *i18n_patterns(
        path("log-in/", lambda request: HttpResponse("Sign in here."), name="login"),
        path("<slug:house>/settings/", include(area)),
        prefix_default_language=False,
    ),
]
