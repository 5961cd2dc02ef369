"""How people sign in with Entra. Include it at any path, such as

``path("entra/", include("entra_scim.oidc.urls"))``.
"""

from __future__ import annotations

from django.urls import path

from .authentication_requests import SignInView, TestSignInView
from .callback import CallbackView
from .set_up import SetUpSignInView
from .sign_out import FrontChannelLogoutView, SignOutView

app_name = "entra_scim_oidc"

urlpatterns = [
    path("callback/", CallbackView.as_view(), name="callback"),
    path("sign-in/", SignInView.as_view(), name="sign-in"),
    path(
        "sign-in/<str:environment_id>/",
        SignInView.as_view(),
        name="environment-sign-in",
    ),
    path("test/<str:environment_id>/", TestSignInView.as_view(), name="test"),
    path("set-up/<str:environment_id>/", SetUpSignInView.as_view(), name="set-up"),
    path("sign-out/", SignOutView.as_view(), name="sign-out"),
    path(
        "signed-out/<str:environment_id>/",
        FrontChannelLogoutView.as_view(),
        name="front-channel-logout",
    ),
]
