from __future__ import annotations

from .access_key import AccessKey
from .environment import Environment
from .event import ProvisioningEvent
from .provisioned_user import (
    ProvisionedEmail,
    ProvisionedUser,
    ReleasedUser,
    RoleAssignment,
)
from .role import EnvironmentRole

__all__ = [
    "AccessKey",
    "Environment",
    "EnvironmentRole",
    "ProvisionedEmail",
    "ProvisionedUser",
    "ProvisioningEvent",
    "ReleasedUser",
    "RoleAssignment",
]
