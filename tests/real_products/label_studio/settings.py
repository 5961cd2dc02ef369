"""Label Studio, with Entra."""

from __future__ import annotations

# Its settings ask for these while they are read.
from core.settings.base import *  # noqa: F403

SENTRY_DSN = ""

from core.settings.label_studio import *  # noqa: E402, F403
from core.settings.label_studio import INSTALLED_APPS, MIDDLEWARE  # noqa: E402

INSTALLED_APPS = ["entra_scim", *INSTALLED_APPS]
MIDDLEWARE = list(MIDDLEWARE)
MIDDLEWARE.insert(
    MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware") + 1,
    "entra_scim.middleware.EntraSessionMiddleware",
)
AUTHENTICATION_BACKENDS = [
    "entra_scim.backends.PasswordGate",
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "entra_scim.oidc.backend.EntraBackend",
]
ROOT_URLCONF = "host.urls"
LOGIN_REDIRECT_URL = "/projects/"
ENTRA_SCIM_ENVIRONMENT_MODEL = "organizations.Organization"
ENTRA_SCIM_POLICY = "host.policy.Policy"
