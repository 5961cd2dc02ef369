"""A log-in page in Jinja2, with the button, and the tab."""

from __future__ import annotations

from django.shortcuts import render
from django.urls import include, path
from jinja2 import Environment

from entra_scim.access import sign_in_url
from tests.hosts import urls


def environment(**options):
    """Return Jinja2's environment, which knows the address of the button."""
    made = Environment(**options)
    made.globals["entra_sign_in_url"] = sign_in_url
    return made


def log_in(request):
    if request.method == "POST":
        return urls.sign_in(request)
    return render(request, "log_in.html", {"next": request.GET.get("next", "")})


urlpatterns = [
    path("log-in/", log_in),
    path("settings/<environment>/entra/", include("entra_scim.tab.urls")),
    *urls.urlpatterns,
]
