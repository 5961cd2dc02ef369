"""django-allauth with headless; the variable HEADLESS names the client that people use.

It is "browser", "app", "jwt" for the app with access tokens, or "plain" for the app with
nothing of ours in django-allauth's classes.
"""

from __future__ import annotations

import os

from tests.hosts.settings import *  # noqa: F403
from tests.hosts.settings import INSTALLED_APPS, MIDDLEWARE
from tests.hosts.themed.settings import TEMPLATES  # noqa: F401

HEADLESS = os.environ.get("HEADLESS", "app")
INSTALLED_APPS = [
    *INSTALLED_APPS,
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.usersessions",
    "rest_framework",
]
MIDDLEWARE = [
    *MIDDLEWARE,
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # It looks at the user before any view does.
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "entra_scim.backends.PasswordGate",
    "allauth.account.auth_backends.AuthenticationBackend",
    "entra_scim.oidc.backend.EntraBackend",
]
ACCOUNT_ADAPTER = "tests.hosts.headless.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_RATE_LIMITS = False
USERSESSIONS_TRACK_ACTIVITY = True
HEADLESS_ONLY = True
HEADLESS_FRONTEND_URLS = {}
HEADLESS_JWT_ALGORITHM = "HS256"
SECRET_KEY = "a secret key that is long enough for HMAC with SHA-256"
HEADLESS_TOKEN_STRATEGY = {
    "plain": "allauth.headless.tokens.strategies.sessions.SessionTokenStrategy",
    "jwt": "tests.hosts.headless.tokens.AccessTokens",
}.get(HEADLESS, "tests.hosts.headless.tokens.SessionTokens")
# Django's own user has no index for addresses, and no host adds one.
SILENCED_SYSTEM_CHECKS = ["entra_scim.W002"]
if HEADLESS == "plain":
    SILENCED_SYSTEM_CHECKS += ["entra_scim.W034"]
    ACCOUNT_ADAPTER = "allauth.account.adapter.DefaultAccountAdapter"
    INSTALLED_APPS.remove("allauth.usersessions")
    MIDDLEWARE.remove("allauth.usersessions.middleware.UserSessionsMiddleware")
ENTRA_SCIM_POLICY = "tests.hosts.lower_case.Policy"
ROOT_URLCONF = "tests.hosts.headless.urls"
