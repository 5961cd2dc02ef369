"""App roles in the forms in which provisioning sends them.

https://learn.microsoft.com/en-us/entra/identity/app-provisioning/customize-application-attributes#provisioning-a-role-to-a-scim-app
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Iterator
from typing import Any

from entra_emulator.applications import DEFAULT_ACCESS, AppRole

from .open_points import DefaultAccess, OpenPoints, SingleValue

_TYPE = "WindowsAzureActiveDirectoryRole"

Item = dict[str, Any]


class RoleFunction(enum.StrEnum):
    """The three functions that map ``appRoleAssignments``, by Entra's names."""

    SINGLE = "SingleAppRoleAssignment"
    """One role, whichever."""

    ADD_ONLY = "AppRoleAssignmentsComplex"
    """All roles; never takes one away."""

    ASSERTIVE = "AssertiveAppRoleAssignmentsComplex"
    """All roles, and no others."""


def items(
    function: RoleFunction, assigned: Iterable[AppRole | None], points: OpenPoints
) -> list[Item]:
    """Return assigned roles as a POST has them: objects, one for each role.

    None stands for default access.
    """
    display = "displayName" if function == RoleFunction.ADD_ONLY else "display"
    return [
        {"primary": False, "type": _TYPE, display: role.display_name, "value": value}
        if role is not None
        else {"primary": False, "type": _TYPE, "value": value}
        for role, value in _sent(assigned, points)
    ]


def json_strings(assigned: Iterable[AppRole | None], points: OpenPoints) -> list[Item]:
    """Return assigned roles as a PATCH without the flag has them."""
    return [
        {
            "value": json.dumps(
                {
                    "id": role.id if role else DEFAULT_ACCESS,
                    "value": value,
                    "displayName": role.display_name if role else "Default Access",
                },
                separators=(",", ":"),
            )
        }
        for role, value in _sent(assigned, points)
    ]


def single(assigned: Iterable[AppRole | None], points: OpenPoints) -> str | None:
    """Return what SingleAppRoleAssignment makes of assigned roles."""
    for role in assigned:
        if role is not None and role.value:
            if points.single_value == SingleValue.DISPLAY_NAME:
                return role.display_name
            return role.value
    return None


def single_item(value: str) -> Item:
    """Return the one role of SingleAppRoleAssignment as a POST has it."""
    return {"primary": True, "type": _TYPE, "value": value}


def _sent(
    assigned: Iterable[AppRole | None], points: OpenPoints
) -> Iterator[tuple[AppRole | None, str]]:
    """Yield the roles that are sent, each with its value."""
    for role in assigned:
        if role is not None and role.value:
            yield role, role.value
        elif points.default_access == DefaultAccess.EMPTY_VALUE:
            yield role, ""
        elif points.default_access == DefaultAccess.ZERO_ID:
            yield role, DEFAULT_ACCESS
