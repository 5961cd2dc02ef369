"""The admin, and the tab in the product's own pages too."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from tests.hosts import urls

urlpatterns = [
    *(
        [path("grappelli/", include("grappelli.urls"))]
        if settings.THEME == "grappelli"
        else []
    ),
    path("admin/", admin.site.urls),
    path("settings/<environment>/entra/", include("entra_scim.tab.urls")),
    *urls.urlpatterns,
]
