"""Wagtail's admin, and the tab beside it."""

from __future__ import annotations

from django.urls import include, path
from wagtail.admin import urls as wagtail_urls

from tests.hosts import urls

urlpatterns = [
    path("cms/", include(wagtail_urls)),
    path("settings/<environment>/entra/", include("entra_scim.tab.urls")),
    *urls.urlpatterns,
]
