"""Django's admin in a theme, which the variable THEME names: "", or apps of it."""

from __future__ import annotations

import os

from tests.hosts.settings import *  # noqa: F403
from tests.hosts.settings import INSTALLED_APPS, MIDDLEWARE

THEME = os.environ.get("THEME", "")
INSTALLED_APPS = [
    "tests.hosts.themed",
    *INSTALLED_APPS,
    *([THEME] if THEME else []),
    "django.contrib.admin",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    *MIDDLEWARE,
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
# Django's own user has no index for addresses, and no host adds one.
SILENCED_SYSTEM_CHECKS = ["entra_scim.W002"]
ENTRA_SCIM_POLICY = "tests.hosts.lower_case.Policy"
ROOT_URLCONF = "tests.hosts.themed.urls"
LOGIN_URL = "/admin/login/"
ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
SESSION_COOKIE_SECURE = False
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "file:themed?mode=memory&cache=shared",
        "OPTIONS": {"uri": True},
    }
}
