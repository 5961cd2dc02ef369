"""A log-in of its own, and the addresses that Entra needs."""

from __future__ import annotations

from django.contrib.auth import authenticate, login
from django.http import HttpResponse
from django.urls import include, path


def who(request):
    """Tell who is signed in."""
    return HttpResponse(str(request.user))


def sign_in(request):
    """Look for an address in lower case, as these products do."""
    user = authenticate(
        request,
        username=request.POST["email"].lower(),
        password=request.POST["password"],
    )
    if user is None:
        return HttpResponse(status=403)
    login(request, user)
    return HttpResponse()


urlpatterns = [
    path("who/", who),
    path("log-in/", sign_in),
    path("scim/", include("entra_scim.scim.urls")),
    path("entra/", include("entra_scim.oidc.urls")),
]
