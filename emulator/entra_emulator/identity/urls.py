"""The addresses of the pages for signing in."""

from __future__ import annotations

from django.urls import path

from . import pages

urlpatterns = [
    path("oauth2/v2.0/authorize", pages.authorize, name="authorize"),
    path("oauth2/v2.0/logout", pages.logout, name="logout"),
    # What the pages themselves send.
    path("login", pages.login, name="login"),
]
