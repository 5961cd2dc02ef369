from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/scim/entra/", include("entra_scim.scim.urls")),
    path("entra/", include("entra_scim.oidc.urls")),
]
