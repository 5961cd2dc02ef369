"""All that is ours below the namespaces of a plugin."""

from __future__ import annotations

from django.urls import include, path

from tests.hosts.urls import sign_in, who

plugin = [
    path("scim/", include("entra_scim.scim.urls")),
    path("entra/", include("entra_scim.oidc.urls")),
    path("settings/<int:environment>/entra/", include("entra_scim.tab.urls")),
]
plugins = [path("plugin/", include((plugin, "entra")))]

urlpatterns = [
    path("who/", who),
    path("log-in/", sign_in),
    path("", include((plugins, "plugins"))),
]
