"""Where Entra sends people back to. Include it at any path, such as

``path("entra/", include("entra_scim.oidc.urls"))``.
"""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "entra_scim_oidc"

urlpatterns = [path("callback/", views.CallbackView.as_view(), name="callback")]
