"""Organizations with members and roles, people known by addresses in lower case."""

from __future__ import annotations

from tests.hosts.settings import *  # noqa: F403
from tests.hosts.settings import INSTALLED_APPS

INSTALLED_APPS = ["tests.hosts.members", *INSTALLED_APPS]
AUTH_USER_MODEL = "members.User"
ENTRA_SCIM_ENVIRONMENT_MODEL = "members.Organization"
ENTRA_SCIM_POLICY = "tests.hosts.members.policy.Policy"
SESSION_COOKIE_NAME = "__Host-members_session"
