"""A site as ``wagtail start`` makes it, with Entra."""

from __future__ import annotations

from site_of_contoso.settings.dev import *  # noqa: F403
from site_of_contoso.settings.dev import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = ["entra_scim", *INSTALLED_APPS]
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
ROOT_URLCONF = "host.urls"
LOGIN_REDIRECT_URL = "wagtailadmin_home"
ENTRA_SCIM_POLICY = "host.policy.Policy"
DEBUG = False
ALLOWED_HOSTS = ["localhost"]
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
