"""Events as a list shows them."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from entra_scim.exceptions import IdentityReplaced
from entra_scim.models import ProvisioningEvent
from entra_scim.models.event import ERASED
from entra_scim.story.sentences import sentence_of

_BAD = {ProvisioningEvent.Kind.REFUSED, ProvisioningEvent.Kind.FAILED}


@dataclass(frozen=True, kw_only=True)
class EventLine:
    """One event: what happened, when, and who or what did it."""

    at: datetime.datetime
    sentence: str
    by: str
    key_hint: str
    reference: uuid.UUID
    is_bad: bool
    waits_for_decision: bool
    """Whether somebody has to say if it is the same person."""


def lines_of(events: Iterable[ProvisioningEvent]) -> list[EventLine]:
    """Return events as a list shows them, in their order."""
    return [
        EventLine(
            at=event.at,
            sentence=sentence_of(event),
            by=_by(event),
            key_hint=event.key_hint,
            reference=event.correlation_id,
            is_bad=event.kind in _BAD,
            waits_for_decision=event.reason == IdentityReplaced.code,
        )
        for event in events
    ]


def _by(event: ProvisioningEvent) -> str:
    """Return who did it, unless the event is about them and names them already."""
    if event.actor == event.name:
        return ""
    return _("erased person") if event.actor == ERASED else event.actor
