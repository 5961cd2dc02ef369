"""Events as a list shows them."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.exceptions import IdentityReplaced
from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.models.event import ERASED
from entra_scim.story.sentences import name_in, what_happened

Kind = ProvisioningEvent.Kind

_ABOUT_KEYS = {Kind.KEY_CREATED, Kind.KEY_REVOKED}
"""Events whose key is what they are about, and not what Entra did it with."""

_BAD = {Kind.REFUSED, Kind.FAILED}


@dataclass(frozen=True, kw_only=True)
class EventLine:
    """One event: what happened, when, and who or what did it."""

    at: datetime.datetime
    day: str
    name: str
    person_id: uuid.UUID | None
    """The person from Entra that the event is about, if they are still here."""

    what: str
    by: str
    key_hint: str
    """The key that the event is about."""

    reference: uuid.UUID
    is_bad: bool
    waits_for_decision: bool
    """Whether somebody has to say if it is the same person."""


def lines_of(
    events: Iterable[ProvisioningEvent], environment: AnyEnvironment | None = None
) -> list[EventLine]:
    """Return events as a list shows them, in their order.

    Args:
        environment: Whose people the lines lead to; a page of one person needs none.
    """
    events = list(events)
    people = _people_of(events, environment) if environment is not None else {}
    return [
        EventLine(
            at=event.at,
            day=_day_of(event.at),
            name=name_in(event),
            person_id=people.get(event.user_id),
            what=what_happened(event),
            by=_by(event),
            key_hint=event.key_hint if event.kind in _ABOUT_KEYS else "",
            reference=event.correlation_id,
            is_bad=event.kind in _BAD,
            waits_for_decision=event.reason == IdentityReplaced.code,
        )
        for event in events
    ]


def _people_of(
    events: list[ProvisioningEvent], environment: AnyEnvironment
) -> dict[int | None, uuid.UUID]:
    found = ProvisionedUser.objects.for_environment(environment).filter(
        user_id__in={event.user_id for event in events if event.user_id is not None}
    )
    return dict(found.values_list("user_id", "pk"))


def _day_of(at: datetime.datetime) -> str:
    """Return a day as a heading of the list."""
    date, today = timezone.localdate(at), timezone.localdate()
    text = date_format(date, "DATE_FORMAT")
    if date == today:
        return _("Today, %(date)s") % {"date": text}
    if date == today - datetime.timedelta(days=1):
        return _("Yesterday, %(date)s") % {"date": text}
    return text


def _by(event: ProvisioningEvent) -> str:
    """Return who did it, unless the event is about them and names them already."""
    if event.actor == ERASED:
        return _("erased person")
    if event.actor and event.actor != event.name:
        return event.actor
    if event.key_hint and not event.actor and event.kind not in _ABOUT_KEYS:
        return _("Microsoft Entra, with the access key %(key)s…") % {
            "key": event.key_hint
        }
    return ""
