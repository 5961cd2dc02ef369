"""Bring an account back to what Entra said, if the product has undone it.

Who saves a whole account, read before Entra deactivated it, makes it active again.
Entra does not repeat what was answered with success, so nobody else would notice.
"""

from __future__ import annotations

from contextlib import suppress

from django.contrib.auth.base_user import AbstractBaseUser

from . import announcements, leaving, links, persistence, profile
from .events import LOCAL
from .exceptions import Busy, NotProvisioned
from .models import ProvisionedUser, ProvisioningEvent
from .policy import get_policy


def mend(user: AbstractBaseUser) -> None:
    """Deactivate an account again that Entra has deactivated, with an event.

    Does nothing to anybody else, nor if the link is not in force, nor where the
    policy's ``deactivate`` takes access away by other means than ``is_active``. If the database is busy, the next refusal
    mends it.
    """
    link = (
        ProvisionedUser.objects.filter(user_id=user.pk, active=False)
        .select_related("environment")
        .first()
    )
    if link is None:
        return

    def work(quietly: bool) -> None:
        person = persistence.locked(link.environment, link.pk)
        if person.active or not person.user.is_active:
            return
        if not links.is_in_force(person):
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
