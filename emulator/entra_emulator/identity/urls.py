from __future__ import annotations

from django.urls import path

from . import endpoints, pages

urlpatterns = [
    path(
        "v2.0/.well-known/openid-configuration",
        endpoints.configuration,
        name="configuration",
    ),
    path("discovery/v2.0/keys", endpoints.keys, name="keys"),
    path("oauth2/v2.0/token", endpoints.token, name="token"),
    path("oauth2/v2.0/authorize", pages.authorize, name="authorize"),
    path("oauth2/v2.0/logout", pages.logout, name="logout"),
    # What the pages themselves send.
    path("login", pages.login, name="login"),
]
