"""A product without the admin: what Entra needs, and nothing more."""

from __future__ import annotations

import os

SECRET_KEY = "secret"
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = [
    "entra_scim",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "entra_scim.middleware.EntraSessionMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "entra_scim.backends.PasswordGate",
    "django.contrib.auth.backends.ModelBackend",
    "entra_scim.oidc.backend.EntraBackend",
]
ROOT_URLCONF = "tests.small_product.urls"
STATIC_URL = "static/"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}

TEMPLATES = [
    # The second one is another language, which Django has without one more package.
    {"BACKEND": f"django.template.backends.{backend}", "APP_DIRS": True}
    for backend in os.environ["ENGINES"].split()
]
