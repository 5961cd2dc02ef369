"""The addresses of the example product."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LoginView
from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.urls import include, path

from example_project.product.views import HomeView

urlpatterns = [
    path("login/", LoginView.as_view(), name="login"),
    path("", HomeView.as_view(), name="home"),
    path("admin/", admin.site.urls),
    path("api/scim/entra/", include("entra_scim.scim.urls")),
    path("entra/", include("entra_scim.oidc.urls")),
    # With DEBUG, whichever server it is.
    *staticfiles_urlpatterns(),
]
