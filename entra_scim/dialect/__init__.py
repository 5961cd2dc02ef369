"""Entra's dialect of SCIM, made RFC 7643 and RFC 7644. Nothing else knows of it.

Microsoft describes where Entra departs from the standard, with and without the
flag ``aadOptscim062020``, in
https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility
and the forms of roles in
https://learn.microsoft.com/en-us/entra/identity/app-provisioning/customize-application-attributes.
Both dialects are taken at any time: provision on demand ignores the flag.
"""

from __future__ import annotations

from .app_roles import app_role_problem
from .bounds import check_document, check_work
from .filters import normalize_filter
from .operations import Change, read_operations
from .reading import Unkeepable, read_body
from .received import (
    Received,
    RoleFunction,
    received_in_patch,
    received_in_resource,
)
from .resource import IGNORED, normalize_resource
from .roles import complete_role, role_values

__all__ = [
    "IGNORED",
    "Change",
    "Received",
    "RoleFunction",
    "Unkeepable",
    "app_role_problem",
    "check_document",
    "check_work",
    "complete_role",
    "normalize_filter",
    "normalize_resource",
    "read_body",
    "read_operations",
    "received_in_patch",
    "received_in_resource",
    "role_values",
]
