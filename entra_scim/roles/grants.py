"""The groups of one person, as their roles and their activity decide."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from entra_scim.accounts import links
from entra_scim.database import transactions
from entra_scim.dialect import role_values
from entra_scim.document.documents import Document
from entra_scim.models import ProvisionedUser

from . import elsewhere, handing_over, memberships, regrants
from .assignments import EnvironmentRoles

Changes = dict[str, list[str]]


def are_settled(person: ProvisionedUser) -> bool:
    """Tell whether an active person has the groups of the roles that Entra sent.

    So have those for whom it sent none. It needs no lock: :func:`settle` looks again.
    """
    if person.roles_received_at is None:
        return True
    environment_roles = EnvironmentRoles(person.environment, person.user_id)
    wanted = environment_roles.granted(role_values(person.attributes))
    held = _held(environment_roles)
    kept = elsewhere.granted(person.user_id, person.environment, held - wanted)
    return held - kept == wanted


def _held(environment_roles: EnvironmentRoles) -> set[Any]:
    """Return the groups of somebody, as far as Entra decides about them.

    A group that no role grants any more may not have been taken from them yet.
    """
    decided = environment_roles.group_ids | environment_roles.pending_group_ids
    return environment_roles.held & decided


def settle(
    person: ProvisionedUser,
    old: Document,
    new: Document,
    *,
    had_roles: bool = True,
    quietly: bool = False,
) -> Changes:
    """Give a person the groups that they should have now, and no others.

    Where the link is not in force any more, groups are only taken.

    Call it with the environment locked, and with the person's ``active`` and
    ``roles_received_at`` as they are to be. Sets ``suspended_groups``, unsaved. The
    ``old`` document of somebody new is empty.
    ``had_roles`` tells whether the old document gave them its roles. ``quietly`` sends
    no signal about groups that the person leaves.

    Returns:
        The role values that came and went, for the event.
    """
    environment_roles = EnvironmentRoles(person.environment, person.user.pk)
    among = environment_roles.group_ids
    values = role_values(new)
    is_new = not old
    held = environment_roles.held & among
    if person.roles_received_at is not None:
        held = _held(environment_roles)
        wanted = environment_roles.granted(values) if person.active else set()
        person.suspended_groups = []
    elif person.active:
        # Entra never sent roles for this person. A mapping that is not made yet
        # must not cost the groups that they had before they were deactivated.
        wanted = held | (among & set(person.suspended_groups))
        person.suspended_groups = []
    else:
        wanted = set()
        person.suspended_groups = sorted({*person.suspended_groups, *held})
    if (
        wanted - held
        and not is_new  # who was found to be linkable just now
        and not links.is_in_force(person)
    ):
        wanted &= held
    if environment_roles.has_pending:
        # Who waits for the groups of a role sends the next request, sooner or later.
        transactions.after_commit(lambda: regrants.step(person.environment))
    left = held - wanted
    left -= elsewhere.granted(person.user_id, person.environment, left)
    if quietly:
        for group_id in left:
            memberships.leave([person.user.pk], group_id)
        left = set()
    memberships.change(person.user, joined=wanted - held, left=left)
    came: set[str] = set()
    went: set[str] = set()
    if not quietly:
        former = role_values(old) if had_roles else ()
        came, went = handing_over.hand_over(
            person, environment_roles, former, values, is_new=is_new
        )
        # Of the others, the groups tell.
        came = environment_roles.without_group(came)
        went = environment_roles.without_group(went)
    added = environment_roles.names(wanted - held, values)
    removed = environment_roles.names(held - wanted, role_values(old))
    return {
        "roles_added": sorted({*added, *came}),
        "roles_removed": sorted({*removed, *went}),
        "roles_unknown": _new(environment_roles.unknown(values), role_values(old)),
    }


def _new(values: Collection[str], former: Collection[str]) -> list[str]:
    return [value for value in values if value not in former]
