"""What the settings of products without Django's admin have in common."""

from __future__ import annotations

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
ROOT_URLCONF = "tests.hosts.urls"
LOGIN_URL, LOGIN_REDIRECT_URL = "/log-in/", "/who/"
SESSION_COOKIE_SECURE = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
    }
]
STATIC_URL = "static/"
USE_TZ = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
