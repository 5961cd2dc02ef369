"""A product whose groups are not Django's."""

from __future__ import annotations

SECRET_KEY = "not-a-secret-this-is-a-test"
INSTALLED_APPS = [
    "tests.owngroups",
    "entra_scim",
    "django.contrib.auth",
    "django.contrib.contenttypes",
]
MIDDLEWARE = []
ROOT_URLCONF = "tests.owngroups.urls"
ALLOWED_HOSTS = ["*"]
AUTH_USER_MODEL = "owngroups.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
USE_TZ = True
