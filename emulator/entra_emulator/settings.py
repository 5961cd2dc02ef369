"""Django's settings for the local Entra as a program of its own."""

from __future__ import annotations

import secrets

# It says what runs here, not how errors look: the site has pages of its own.
DEBUG = True
# Nothing that it signs outlives it.
SECRET_KEY = secrets.token_urlsafe(40)
INSTALLED_APPS = ["entra_emulator"]
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("nl", "Nederlands")]
USE_TZ = True
TIME_ZONE = "UTC"
