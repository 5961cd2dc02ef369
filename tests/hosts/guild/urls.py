"""Pages of organizations, and those of all products."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import include, path

from entra_scim.access import may_enter

from .models import Organization


def home(request, organization):
    """Tell who is signed in there."""
    return HttpResponse(str(request.user))


def add_note(request):
    organization = get_object_or_404(Organization, slug=request.POST["organization"])
    if not may_enter(request, organization):
        raise PermissionDenied
    return HttpResponse("Added.")


urlpatterns = [
    path("o/<slug:organization>/", home),
    path("notes/", add_note),
    path("", include("tests.hosts.urls")),
]
