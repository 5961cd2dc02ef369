"""Bring an account back to what Entra said, if the product has undone it.

Anyone who saves a whole account, read before Entra changed it, undoes the change. Entra
does not repeat what was answered with success, so nobody else would notice.
"""

from __future__ import annotations

from contextlib import suppress

from django.contrib.auth.base_user import AbstractBaseUser

from entra_scim.accounts import links, overwritten, places, profile
from entra_scim.database import transactions
from entra_scim.exceptions import Busy, NotProvisioned
from entra_scim.logs import logger
from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.policy import get_policy
from entra_scim.roles import grants, product_roles
from entra_scim.roles.grants import Changes
from entra_scim.story.events import LOCAL

from . import announcements, leaving, writing


def mend(user: AbstractBaseUser) -> None:
    """Deactivate an account again that Entra has deactivated, with an event.

    Does nothing to anybody else, nor if the link is not in force, nor where the
    policy's ``deactivate`` takes access away by other means than ``is_active``. If the
    database is busy, the next refusal mends it.
    """
    link = (
        ProvisionedUser.objects.filter(user_id=user.pk, active=False)
        .select_related("environment")
        .first()
    )
    if link is None:
        return

    def work(quietly: bool) -> None:
        person = writing.locked(link.environment, link.pk)
        if person.active or not person.user.is_active:
            return
        if not links.is_in_force(person) or places.is_elsewhere(
            person.user, person.environment
        ):
            return  # others may have given the access, who know better
        before = profile.snapshot(person.user)
        changes = leaving.deactivate(get_policy(), person.user, person.environment)
        if person.user.is_active:
            return
        profile.save_changes(person.user, before, quietly=quietly)
        announcements.tell(
            person, ProvisioningEvent.Kind.DEACTIVATED_AGAIN, changes, LOCAL
        )

    with suppress(Busy, NotProvisioned):
        leaving.insist(work)


@transactions.deciding()
def look(link: ProvisionedUser) -> None:
    """Bring an account back to what Entra said, if that was undone.

    Costs nothing, unless Entra has changed it within a day or deactivated the person, and
    then no lock unless it was undone. Whatever keeps it from being done is logged, and
    fails nothing else.
    """
    if link.active and not overwritten.is_watched(link):
        return
    try:
        if not link.active and (user := writing.account_of(link)).is_active:
            mend(user)
        # Read without a lock, so that nobody waits: under it, all is read again.
        if _undone_columns(link) or _are_groups_undone(link):
            transactions.run(lambda: restore(writing.locked(link.environment, link.pk)))
    except Exception:
        logger.warning("Could not restore what Entra manages", exc_info=True)


def restore(person: ProvisionedUser) -> None:
    """Do so for a locked person, in the caller's transaction, with an event.

    What has another value than before Entra's change was changed since, and stays.
    """
    user = person.user
    columns = overwritten.returned(person, user)
    are_groups_undone = _are_groups_undone(person)
    if not (columns or are_groups_undone) or not links.is_in_force(person):
        return
    before = profile.snapshot(user)
    changes: Changes = {}
    if columns and person.profile_of_id is not None:
        profile.apply(get_policy(), user, {}, person.attributes)
    if are_groups_undone or (columns and product_roles.are_kept()):
        transactions.lock_environment(person.environment)
        changes |= grants.settle(
            person, person.attributes, person.attributes, had_roles=person.active
        )
    if columns:
        for column in before.keys() - columns:
            setattr(user, column, before[column])
        profile.save_changes(user, before)
        changed = (name for name in columns if getattr(user, name) != before[name])
        changes["attributes"] = sorted(changed)
    if any(changes.values()):
        announcements.tell(person, ProvisioningEvent.Kind.RESTORED, changes, LOCAL)


def _undone_columns(link: ProvisionedUser) -> set[str]:
    if not overwritten.are_columns_watched(link):
        return set()
    return overwritten.returned(link, writing.account_of(link))


def _are_groups_undone(link: ProvisionedUser) -> bool:
    return (
        link.active
        and overwritten.are_groups_watched(link)
        and not grants.are_settled(link)
    )
