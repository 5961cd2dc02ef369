"""A plain project with one environment, and a user model of another shape.

None of our settings is set: no environment model, no policy.
"""

from __future__ import annotations

from tests.settings import BASE_DIR, DATABASES, TEMPLATES

SECRET_KEY = "not-a-secret-this-is-a-test"
INSTALLED_APPS = [
    "tests.customuser",
    "entra_scim",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
STATIC_URL = "static/"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "entra_scim.middleware.EntraSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "entra_scim.backends.PasswordGate",
    "django.contrib.auth.backends.ModelBackend",
    "entra_scim.oidc.backend.EntraBackend",
]
ROOT_URLCONF = "tests.customuser.urls"
LOGIN_URL = LOGIN_REDIRECT_URL = "/backstage/"
ALLOWED_HOSTS = ["*"]
AUTH_USER_MODEL = "customuser.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
USE_TZ = True
SILENCED_SYSTEM_CHECKS = ["models.W043"]

# Requests that are transactions as a whole, which the endpoint must not be.
DATABASES["default"]["ATOMIC_REQUESTS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(BASE_DIR / "test-customuser.sqlite3")}

__all__ = ["DATABASES", "TEMPLATES"]
