"""Django's settings for the pages: the local Entra is a project of its own.

Cookies know no ports, and the product is on this host too: ours have names of their own.
"""

from __future__ import annotations

import secrets

# Nothing that it signs outlives it.
SECRET_KEY = secrets.token_urlsafe(40)
# The site looks at the host before anything is asked here.
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["entra_emulator"]
ROOT_URLCONF = "entra_emulator.urls"
MIDDLEWARE = [
    "entra_emulator.web.of_this_site",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n"],
            "context_processors": [
                "django.contrib.messages.context_processors.messages"
            ],
        },
    }
]
CSRF_COOKIE_NAME = "local_entra_csrf"
CSRF_FAILURE_VIEW = "entra_emulator.web.sent_from_another_site"
LANGUAGE_COOKIE_NAME = "local_entra_language"
MESSAGE_STORAGE = "entra_emulator.web.Messages"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("nl", "Nederlands")]
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    # What somebody mistypes is told on the page.
    "loggers": {"django": {"handlers": ["console"], "level": "ERROR"}},
}
