"""Wagtail with its own admin, its own editor of people and its own log-in page."""

from __future__ import annotations

from tests.hosts.settings import *  # noqa: F403
from tests.hosts.settings import INSTALLED_APPS, MIDDLEWARE
from tests.hosts.themed.settings import TEMPLATES  # noqa: F401

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "tests.hosts.wagtail.apps.People",
    "wagtail.sites",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    *MIDDLEWARE,
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
# Django's own user has no index for addresses, and no host adds one.
SILENCED_SYSTEM_CHECKS = ["entra_scim.W002"]
ENTRA_SCIM_POLICY = "tests.hosts.lower_case.Policy"
ROOT_URLCONF = "tests.hosts.wagtail.urls"
LOGIN_URL = "wagtailadmin_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"
WAGTAIL_SITE_NAME = "Host"
WAGTAILADMIN_BASE_URL = "https://testserver"
WAGTAILADMIN_USER_PASSWORD_RESET_FORM = "tests.hosts.wagtail.people.ResetForm"
