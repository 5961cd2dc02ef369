"""What Entra's requests reveal about an environment's mappings."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from django.db import models
from django.db.models import Max
from django.utils import timezone

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.exceptions import GroupsNotProvisioned, NotProvisioned
from entra_scim.models import (
    AccessKey,
    EnvironmentRole,
    ProvisionedUser,
    ProvisioningEvent,
)

from . import headcount, unknown_attributes
from .headcount import Headcount

CYCLE = datetime.timedelta(minutes=40)
"""How often Entra provisions."""

_READ_REFUSALS = 1000
"""How many refusals are looked at. Whatever else was refused, these have to go first."""

_SHOWN_DETAILS = 3

_PASSING = {"busy", "paused", "version_mismatch"}
"""Reasons of refusals that pass without anybody's doing."""

_LOST = 3
"""How often Entra asks for a person who is not here before it has lost its link."""

_RECENT = datetime.timedelta(days=1)


@dataclass(kw_only=True)
class Refusals:
    """Refused requests of one reason."""

    count: int = 0
    details: dict[str, None] = field(default_factory=dict)
    """The newest explanations, each once, in their order."""


@dataclass(kw_only=True)
class Observations(Headcount):
    """The facts of an environment, at a cost that few people or many differ little in."""

    last_contact: datetime.datetime | None = None
    unknown_attributes: list[str] = field(default_factory=list)
    """Names of attributes that Entra sends and this product does not know."""

    refusals: dict[str, Refusals] = field(default_factory=dict)
    """What was refused in the last day and not overcome since, by reason."""

    @property
    def silent(self) -> bool:
        """Whether Entra was in contact once, and missed more than two cycles."""
        return self.last_contact is not None and is_silent(self.last_contact)


def observe(environment: AnyEnvironment) -> Observations:
    """Return what an environment's traffic reveals."""
    traffic = Observations()
    headcount.count(traffic, environment)
    traffic.last_contact = last_contact_of(environment)
    traffic.refusals = _refusals(environment, traffic.last_contact)
    traffic.unknown_attributes = unknown_attributes.names_of(environment)
    return traffic


def last_contact_of(environment: AnyEnvironment) -> datetime.datetime | None:
    """Return when Entra used an access key of an environment last, if it ever did."""
    last: datetime.datetime | None = AccessKey.objects.for_environment(
        environment
    ).aggregate(last=Max("last_used_at"))["last"]
    return last


def is_silent(last_contact: datetime.datetime) -> bool:
    """Tell whether Entra has missed more than two cycles since its last contact."""
    return last_contact < timezone.now() - 2 * CYCLE


def holders_of(role: EnvironmentRole) -> models.QuerySet[ProvisionedUser]:
    """Return the active people that a role gives its group."""
    return ProvisionedUser.objects.for_environment(role.environment).filter(
        active=True, role_assignments__value_key=role.value_key
    )


def _refusals(
    environment: AnyEnvironment, last_contact: datetime.datetime | None
) -> dict[str, Refusals]:
    found: dict[str, Refusals] = {}
    events = ProvisioningEvent.objects.for_environment(environment)
    newest = events.open_refusals(since=timezone.now() - _RECENT)[:_READ_REFUSALS]
    for reason, detail, count, at in newest.values_list(
        "reason", "detail", "count", "at"
    ):
        if reason == GroupsNotProvisioned.code and _has_stopped(at, last_contact):
            continue
        if reason in _PASSING or (reason == NotProvisioned.code and count < _LOST):
            continue
        refusals = found.setdefault(reason, Refusals())
        refusals.count += 1
        if len(refusals.details) < _SHOWN_DETAILS:
            refusals.details[detail] = None
    return dict(sorted(found.items(), key=lambda item: (-item[1].count, item[0])))


def _has_stopped(at: datetime.datetime, last_contact: datetime.datetime | None) -> bool:
    """Tell whether Entra has come back for more than two cycles without groups."""
    return last_contact is not None and last_contact - at > 2 * CYCLE
