"""The addresses of sign-in, and a page that says who is there."""

from __future__ import annotations

from django.apps import apps
from django.contrib.auth.views import LoginView, PasswordResetView
from django.http import JsonResponse
from django.urls import include, path

from entra_scim.forms import EntraPasswordResetForm

PROJECT = (
    "example_project.urls"
    if apps.is_installed("example_project.product")
    else "tests.customuser.urls"
)


def who(request):
    """Tell who is signed in."""
    return JsonResponse({"user": request.user.pk})


urlpatterns = [
    path("who/", who),
    path(
        "password/",
        LoginView.as_view(template_name="admin/login.html"),
        name="password-login",
    ),
    path(
        "reset/",
        PasswordResetView.as_view(
            form_class=EntraPasswordResetForm,
            email_template_name="registration/password_reset_subject.txt",
            success_url="/who/",
        ),
    ),
    path("", include(PROJECT)),
]
