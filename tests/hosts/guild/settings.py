"""People of several organizations, which the path of each page names."""

from __future__ import annotations

from tests.hosts.settings import *  # noqa: F403
from tests.hosts.settings import INSTALLED_APPS

INSTALLED_APPS = ["tests.hosts.guild", *INSTALLED_APPS]
AUTH_USER_MODEL = "guild.User"
ROOT_URLCONF = "tests.hosts.guild.urls"
ENTRA_SCIM_ENVIRONMENT_MODEL = "guild.Organization"
ENTRA_SCIM_POLICY = "tests.hosts.guild.policy.Policy"
