"""What was refused in the last day, and not overcome since."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from entra_scim.diagnosis.facts import Facts
from entra_scim.diagnosis.items import Code, Item, Kind, Place, Way
from entra_scim.diagnosis.observations import Refusals
from entra_scim.exceptions import GroupsNotProvisioned, IdentityReplaced
from entra_scim.explanations.refusals import MESSAGES, REMEDIES
from entra_scim.models.event import REFUSED_FILTER

_MANY = 10
_OTHERWISE = _("The events say what to change.")


class Refused(Code):
    MANY = Kind(
        code="many_refusals",
        message=_("Many requests were refused in the last 24 hours."),
        remedy=_(
            "Change what the events say. Otherwise, Entra can put provisioning "
            "into quarantine."
        ),
    )
    GROUPS = Kind(
        code=GroupsNotProvisioned.code,
        message=_("Entra sends groups."),
        ways=(Way(to=Place.REFUSED_REQUESTS, label=_("Who?")),),
    )
    FILTER = Kind(
        code=REFUSED_FILTER,
        message=_(
            "Entra looks for people by an attribute that cannot be used for matching here."
        ),
        ways=(Way(to=Place.REFUSED_REQUESTS, label=_("Show the events")),),
    )
    IDENTITY_REPLACED = Kind(
        code=IdentityReplaced.code,
        message=ngettext_lazy(
            "%(count)d person was refused in the last 24 hours.",
            "%(count)d people were refused in the last 24 hours.",
            "count",
        ),
        ways=(
            Way(to=Place.REFUSED_REQUESTS, label=_("Who?")),
            Way(to=Place.WAITING_PEOPLE, label=_("Decide")),
        ),
    )
    PEOPLE = Kind(
        code="people_refused",
        message=ngettext_lazy(
            "%(count)d person was refused in the last 24 hours.",
            "%(count)d people were refused in the last 24 hours.",
            "count",
        ),
        ways=(Way(to=Place.REFUSED_REQUESTS, label=_("Who?")),),
    )


_OF_REASON = {
    code.value: code
    for code in (Refused.GROUPS, Refused.FILTER, Refused.IDENTITY_REPLACED)
}
"""The reasons of refusals that have a code of their own."""


def findings(facts: Facts) -> Iterator[Item]:
    """Tell what was refused, by reason, with what to do about each."""
    refusals = facts.observed.refusals
    if sum(one.count for one in refusals.values()) >= _MANY:
        yield Refused.MANY.item()
    for reason, found in refusals.items():
        yield _finding(reason, found)


def _finding(reason: str, refusals: Refusals) -> Item:
    item = _OF_REASON.get(reason, Refused.PEOPLE).item(
        count=refusals.count,
        # What is explained needs no more words of single refusals.
        details=() if reason in MESSAGES else tuple(refusals.details),
    )
    return dataclasses.replace(
        item,
        remedy=MESSAGES.get(reason) or REMEDIES.get(reason, _OTHERWISE),
        ways=tuple(
            dataclasses.replace(way, reason=reason)
            if way.to is Place.REFUSED_REQUESTS
            else way
            for way in item.ways
        ),
    )
