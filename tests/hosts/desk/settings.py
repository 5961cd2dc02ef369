"""People with a workspace each, whose handles stay, and no groups at all."""

from __future__ import annotations

from tests.hosts.settings import *  # noqa: F403
from tests.hosts.settings import INSTALLED_APPS

INSTALLED_APPS = ["tests.hosts.desk", *INSTALLED_APPS]
AUTH_USER_MODEL = "desk.User"
ENTRA_SCIM_ENVIRONMENT_MODEL = "desk.Workspace"
ENTRA_SCIM_POLICY = "tests.hosts.desk.policy.Policy"
