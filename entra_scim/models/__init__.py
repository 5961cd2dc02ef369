from __future__ import annotations

from .access_key import AccessKey
from .entra_connection import EntraConnection
from .entra_session import EndedSessions, EntraSession
from .environment import Environment
from .event import ProvisioningEvent
from .guide_link import GuideLink
from .key_version import KeyVersion
from .look_alike import LookAlike
from .provisioned_user import (
    ProvisionedElement,
    ProvisionedUser,
    RoleAssignment,
)
from .released_user import ReleasedUser
from .role import EnvironmentGroup, EnvironmentRole, PendingRegrant
from .set_up import EntraSetUp
from .turn import Turn
from .unknown_attribute import UnknownAttribute

__all__ = [
    "AccessKey",
    "EndedSessions",
    "EntraConnection",
    "EntraSession",
    "EntraSetUp",
    "Environment",
    "EnvironmentGroup",
    "EnvironmentRole",
    "GuideLink",
    "KeyVersion",
    "LookAlike",
    "PendingRegrant",
    "ProvisionedElement",
    "ProvisionedUser",
    "ProvisioningEvent",
    "ReleasedUser",
    "RoleAssignment",
    "Turn",
    "UnknownAttribute",
]
