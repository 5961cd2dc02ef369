"""A settings area for customers' administrators; everything of ours in a namespace.

Under a prefix of the server, in one language, without the admin.
"""

from __future__ import annotations

from pathlib import Path

from tests.hosts.members.settings import *  # noqa: F403
from tests.hosts.members.settings import INSTALLED_APPS, MIDDLEWARE, TEMPLATES

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.messages"]
MIDDLEWARE = [
    *MIDDLEWARE,
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{**TEMPLATES[0], "DIRS": [Path(__file__).parent / "templates"]}]
ENTRA_SCIM_POLICY = "tests.hosts.area.policy.Policy"
ROOT_URLCONF = "tests.hosts.area.urls"
FORCE_SCRIPT_NAME = "/app"
LOGIN_URL = LOGIN_REDIRECT_URL = "/app/who/"
USE_I18N = False
