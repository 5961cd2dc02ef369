"""People with a number of a clinic, whose address is their username."""

from __future__ import annotations

from tests.hosts.settings import *  # noqa: F403
from tests.hosts.settings import INSTALLED_APPS

INSTALLED_APPS = ["tests.hosts.clinic", *INSTALLED_APPS]
AUTH_USER_MODEL = "clinic.User"
ENTRA_SCIM_ENVIRONMENT_MODEL = "clinic.Clinic"
ENTRA_SCIM_POLICY = "tests.hosts.clinic.policy.Policy"
