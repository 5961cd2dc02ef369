"""Jinja2 for all templates, and no engine of Django's language."""

from __future__ import annotations

from pathlib import Path

from tests.hosts.settings import *  # noqa: F403
from tests.hosts.settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    *MIDDLEWARE,
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"environment": "tests.hosts.jinja.urls.environment"},
    }
]
# Django's own user has no index for addresses, and no host adds one.
SILENCED_SYSTEM_CHECKS = ["entra_scim.W002"]
ENTRA_SCIM_POLICY = "tests.hosts.lower_case.Policy"
ROOT_URLCONF = "tests.hosts.jinja.urls"
LOGIN_URL = "/log-in/"
