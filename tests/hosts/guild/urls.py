"""Pages of organizations, and those of all products."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import include, path


def home(request, organization):
    """Tell who is signed in there."""
    return HttpResponse(str(request.user))


urlpatterns = [
    path("o/<slug:organization>/", home),
    path("", include("tests.hosts.urls")),
]
