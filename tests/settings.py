"""The example project, as the tests run it."""

from __future__ import annotations

import os

from example_project.settings import *  # noqa: F403
from example_project.settings import BASE_DIR, DATABASES, TEMPLATES
from tests.support.holes import Hole, look_into_conditions

DEBUG = False
ALLOWED_HOSTS = ["*"]
# The strength of passwords is not what is tested, and costs most of the time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# No sentence of the interface has a hole: each variable of our templates exists.
for engine in TEMPLATES:
    engine["OPTIONS"]["string_if_invalid"] = Hole()
look_into_conditions()

# Products choose the isolation of their transactions; ours have their own.
if isolation := os.environ.get("ISOLATION"):
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
        f"-c default_transaction_isolation={isolation}"
    )

# Products keep their connections in a pool.
if os.environ.get("POOL"):
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"timeout": 5}
    DATABASES["default"] |= {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, so that threads share it as they would in production; one of its own for
    # each environment of tox, since several run at once.
    run = os.environ.get("TOX_ENV_NAME", "test")
    DATABASES["default"]["TEST"] = {"NAME": str(BASE_DIR / f"{run}.sqlite3")}
