"""pretix, with Entra."""

from __future__ import annotations

from pretix.settings import *  # noqa: F403
from pretix.settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = ["entra_scim", *INSTALLED_APPS, "host.apps.HostConfig"]
MIDDLEWARE = list(MIDDLEWARE)
MIDDLEWARE.insert(
    MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware") + 1,
    "entra_scim.middleware.EntraSessionMiddleware",
)
AUTHENTICATION_BACKENDS = [
    "entra_scim.backends.PasswordGate",
    "django.contrib.auth.backends.ModelBackend",
    "entra_scim.oidc.backend.EntraBackend",
]
LOGIN_REDIRECT_URL = "/control/"
ENTRA_SCIM_ENVIRONMENT_MODEL = "pretixbase.Organizer"
ENTRA_SCIM_POLICY = "host.policy.Policy"
DEBUG = False
