"""Organizations with members and roles, people known by addresses in lower case."""

from __future__ import annotations

SECRET_KEY = "secret"
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = [
    "tests.hosts.members",
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
AUTH_USER_MODEL = "members.User"
ENTRA_SCIM_ENVIRONMENT_MODEL = "members.Organization"
ENTRA_SCIM_POLICY = "tests.hosts.members.policy.Policy"
ROOT_URLCONF = "tests.hosts.members.urls"
LOGIN_REDIRECT_URL = "/who/"
SESSION_COOKIE_NAME = "__Host-members_session"
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
