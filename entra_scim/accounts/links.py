"""Does a link still let Entra manage a person?

Somebody may become the Admin, move, or join a second environment after they were
linked. The link stays, so that Entra can still take away what it gave.
"""

from __future__ import annotations

from typing import Any

from entra_scim.database.transactions import deciding
from entra_scim.models import ProvisionedUser, ReleasedUser
from entra_scim.policy import get_policy


@deciding()
def is_in_force(link: ProvisionedUser | ReleasedUser) -> bool:
    """Tell whether Entra manages the person of a link now.

    They belong to the link's environment and, unless people are shared, to no other;
    and the policy does not call them exempt. Ask it at each use, in the transaction of what it allows: the
    answer changes without any request of Entra's. Of a link that has ended, it tells
    whether the account is still one of the environment's people.
    """
    return is_of(link.user, link.environment_id)


@deciding()
def is_of(user: Any, environment_id: Any) -> bool:
    """Tell whether somebody is of an environment, and not exempt.

    Unless people are shared, they must be of no other. The primary key may be its
    text, as sessions keep it.
    """
    environments = _environments_of(user)
    if get_policy().shares_people():
        return str(environment_id) in environments
    return environments == [str(environment_id)]


@deciding()
def is_of_alone(user: Any, environment_id: Any) -> bool:
    """Tell whether somebody is of one environment and of no other, and not exempt."""
    return _environments_of(user) == [str(environment_id)]


def _environments_of(user: Any) -> list[str]:
    policy = get_policy()
    if policy.is_exempt(user):
        return []
    return [str(environment.pk) for environment in policy.environments_of(user)]
