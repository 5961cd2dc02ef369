"""What Entra's requests reveal about an environment's mappings."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Max, Q
from django.utils import timezone

from . import unkept
from .exceptions import NotProvisioned
from .models import (
    AccessKey,
    EnvironmentRole,
    ProvisionedUser,
    ProvisioningEvent,
    RoleAssignment,
)
from .models.environment import AnyEnvironment

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


@dataclass(frozen=True, kw_only=True)
class UnknownRole:
    """A value that Entra sent and no role matches."""

    value: str
    people: int

    @property
    def can_be_a_role(self) -> bool:
        """Whether a role can have the value for its name."""
        try:
            EnvironmentRole._meta.get_field("value").run_validators(self.value)
        except ValidationError:
            return False
        return True


@dataclass(kw_only=True)
class Refusals:
    """Refused requests of one reason."""

    count: int = 0
    details: dict[str, None] = field(default_factory=dict)
    """The newest explanations, each once, in their order."""


@dataclass(kw_only=True)
class Traffic:
    """The facts of an environment, in a constant number of statements."""

    people: int = 0
    active: int = 0
    """Whom Entra gives access."""

    with_access: int = 0
    """Those of them whose account is active too."""

    active_received: int = 0
    roles_received: int = 0
    without_external_id: int = 0
    without_object_id: int = 0
    functions: Counter[str] = field(default_factory=Counter)
    last_contact: datetime.datetime | None = None
    roles: list[tuple[EnvironmentRole, int]] = field(default_factory=list)
    unknown_roles: list[UnknownRole] = field(default_factory=list)
    unkept: list[str] = field(default_factory=list)
    """Names of attributes that Entra sends in vain."""

    refusals: dict[str, Refusals] = field(default_factory=dict)
    """What was refused in the last day and not overcome since, by reason."""

    @property
    def silent(self) -> bool:
        """Whether Entra was in contact once, and missed more than two cycles."""
        return self.last_contact is not None and is_silent(self.last_contact)

    @property
    def roles_matched(self) -> bool:
        """Whether somebody active has a role that exists here."""
        return any(people for _role, people in self.roles)


def traffic_of(environment: AnyEnvironment) -> Traffic:
    """Return what an environment's traffic reveals."""
    traffic = Traffic()
    _count_people(traffic, environment)
    _count_roles(traffic, environment)
    traffic.last_contact = last_contact_of(environment)
    traffic.refusals = _refusals(environment)
    traffic.unkept = unkept.names_of(environment)
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
    """Return the active people whom a role gives its group."""
    return ProvisionedUser.objects.for_environment(role.environment).filter(
        active=True, role_assignments__value_key=role.value_key
    )


def _refusals(environment: AnyEnvironment) -> dict[str, Refusals]:
    found: dict[str, Refusals] = {}
    events = ProvisioningEvent.objects.for_environment(environment)
    newest = events.open_refusals(since=timezone.now() - _RECENT)[:_READ_REFUSALS]
    for reason, detail, count in newest.values_list("reason", "detail", "count"):
        if reason in _PASSING or (reason == NotProvisioned.code and count < _LOST):
            continue
        refusals = found.setdefault(reason, Refusals())
        refusals.count += 1
        if len(refusals.details) < _SHOWN_DETAILS:
            refusals.details[detail] = None
    return dict(sorted(found.items(), key=lambda item: (-item[1].count, item[0])))


def _count_people(traffic: Traffic, environment: AnyEnvironment) -> None:
    groups: Any = (
        ProvisionedUser.objects.for_environment(environment)
        .order_by()
        .values("active", "active_received", "has_object_id", "role_function")
        .annotate(people=Count("pk"), with_roles=Count("roles_received_at"))
    )
    for group in groups:
        people = group["people"]
        traffic.people += people
        traffic.active += people if group["active"] else 0
        traffic.with_access += people if group["active"] else 0
        traffic.active_received += people if group["active_received"] else 0
        traffic.roles_received += group["with_roles"]
        if not group["active"]:
            # Entra sends nothing more about them: what was wrong stays as it is.
            continue
        traffic.functions[group["role_function"]] += people
        if group["has_object_id"] is None:
            traffic.without_external_id += people
        elif not group["has_object_id"]:
            traffic.without_object_id += people
    # Few, as nothing but somebody's hand makes an account inactive here.
    traffic.with_access -= (
        ProvisionedUser.objects.for_environment(environment)
        .filter(active=True, user__is_active=False)
        .count()
    )


def _count_roles(traffic: Traffic, environment: AnyEnvironment) -> None:
    assigned = {
        key: (value, people)
        for key, value, people in RoleAssignment.objects.for_environment(environment)
        .order_by()
        .values("value_key")
        .annotate(
            value=Max("value"),
            people=Count("pk", filter=Q(provisioned_user__active=True)),
        )
        .values_list("value_key", "value", "people")
    }
    roles = EnvironmentRole.objects.for_environment(environment).select_related("group")
    for role in roles:
        _value, people = assigned.pop(role.value_key, ("", 0))
        traffic.roles.append((role, people))
    traffic.unknown_roles = [
        UnknownRole(value=value, people=people)
        for value, people in sorted(assigned.values())
        if people
    ]
