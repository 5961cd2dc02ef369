"""Links to the guide: create, find, and end them.

Who has such a link needs no account. So an administrator sees which there are, and
ends them; and they end by themselves when nobody has anything left to set up.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.core import signing
from django.db import Error
from django.db.models import Q
from django.utils import timezone

from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.exceptions import Busy
from entra_scim.logs import logger
from entra_scim.models import GuideLink, ProvisioningEvent
from entra_scim.models.guide_link import LIFETIME
from entra_scim.story import events

_OPENING_INTERVAL = datetime.timedelta(minutes=1)
_SIGNER = signing.Signer(sep=".", salt="entra_scim.guide")


@transactions.repeating
def create(environment: AnyEnvironment, by: Any) -> GuideLink:
    """Create a link to the guide of an environment.

    Links that have expired are deleted: there are never more than a week's.
    """
    now = timezone.now()
    links = GuideLink.objects.for_environment(environment)
    links.filter(created_at__lte=now - LIFETIME).delete()
    link = GuideLink.objects.create(
        environment=environment, created_at=now, created_by=by
    )
    events.record(environment, ProvisioningEvent.Kind.GUIDE_LINK_CREATED)
    return link


def token_of(link: GuideLink) -> str:
    """Return what the address of a link ends with: nobody can make one up."""
    return _SIGNER.sign(_signed(link))


def opened(token: str) -> GuideLink | None:
    """Return the link that a token names, and note its use; None if it has ended.

    Raises:
        BadSignature: Nobody has created a link with this token.
    """
    now = timezone.now()
    signed = _SIGNER.unsign(token)
    links = GuideLink.objects.usable(now).filter(pk=signed.partition("-")[0])
    link: GuideLink | None = links.select_related("environment").first()
    if link is None or _signed(link) != signed:
        return None
    _note_opening(link, now)
    return link


@transactions.repeating
def revoke(link: GuideLink) -> bool:
    """End a link at once.

    Returns:
        Whether it showed the guide until now. If it did not, nothing changes.
    """
    now = timezone.now()
    if not GuideLink.objects.usable(now).filter(pk=link.pk).update(ended_at=now):
        return False
    events.record(link.environment, ProvisioningEvent.Kind.GUIDE_LINK_REVOKED)
    return True


def end_all(environment: AnyEnvironment) -> None:
    """End all links of an environment, within the transaction of the reason for it."""
    now = timezone.now()
    links = GuideLink.objects.for_environment(environment).usable(now)
    links.update(ended_at=now)


def _signed(link: GuideLink) -> str:
    """Return the number and the time of a link: a restored database repeats numbers."""
    return f"{link.pk}-{int(link.created_at.timestamp() * 1000)}"


def _note_opening(link: GuideLink, now: datetime.datetime) -> None:
    """Note that a link was opened, at most once a minute. It opens in any case."""
    before = now - _OPENING_INTERVAL
    is_due = Q(last_opened_at__isnull=True) | Q(last_opened_at__lte=before)
    due = GuideLink.objects.filter(is_due, pk=link.pk)
    try:
        transactions.repeated(lambda: due.update(last_opened_at=now))
    except (Busy, Error):
        logger.warning("Could not note that a link was opened", exc_info=True)
