"""Teams in place of Django's groups, and people who are deleted but kept."""

from __future__ import annotations

from tests.hosts.settings import *  # noqa: F403
from tests.hosts.settings import INSTALLED_APPS

INSTALLED_APPS = ["tests.hosts.teams", *INSTALLED_APPS]
AUTH_USER_MODEL = "teams.User"
ENTRA_SCIM_POLICY = "tests.hosts.teams.policy.Policy"
