"""Roles as Entra sends them."""

from __future__ import annotations


def groups_of(user):
    return sorted(user.groups.values_list("name", flat=True))


def items(*values):
    return [
        {
            "primary": False,
            "type": "WindowsAzureActiveDirectoryRole",
            "display": f"The role {value}",
            "value": value,
        }
        for value in values
    ]
