"""The groups that roles of other environments grant the same person."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from entra_scim.accounts import places
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.dialect import role_values
from entra_scim.models import ProvisionedUser

from .assignments import EnvironmentRoles


def granted(
    user_id: Any, environment: AnyEnvironment, group_ids: Collection[Any]
) -> set[Any]:
    """Return those of some groups that somebody keeps by another environment's roles."""
    if not group_ids or not places.are_people_shared():
        return set()
    others = (
        ProvisionedUser.objects.filter(user_id=user_id, active=True)
        .exclude(environment=environment)
        .exclude(roles_received_at=None)
        .select_related("environment")
    )
    found: set[Any] = set()
    for link in others:
        roles = EnvironmentRoles(link.environment)
        found |= roles.granted(role_values(link.attributes))
    return found & {*group_ids}
