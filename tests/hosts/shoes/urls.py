"""Provisioning alone."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("scim/", include("entra_scim.scim.urls"))]
