"""What Entra's requests reveal about an environment's mappings."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .dialect import RoleFunction
from .exceptions import MESSAGES, REMEDIES, GroupsNotProvisioned
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

MANY_REFUSALS = 10
_PASSING = {"busy", "paused", "not_found", "version_mismatch"}
"""Reasons of refusals that pass without anybody's doing."""

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


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that Entra's requests show to be wrong, and where to change it."""

    code: str
    message: str | Promise
    remedy: str | Promise
    reason: str = ""
    """The reason of the refusals that it is about, to find their events by."""


@dataclass(kw_only=True)
class Traffic:
    """The facts of an environment, in a constant number of statements."""

    people: int = 0
    active: int = 0
    active_received: int = 0
    roles_received: int = 0
    without_external_id: int = 0
    without_object_id: int = 0
    functions: Counter[str] = field(default_factory=Counter)
    last_contact: datetime.datetime | None = None
    roles: list[tuple[EnvironmentRole, int]] = field(default_factory=list)
    unknown_roles: list[UnknownRole] = field(default_factory=list)
    refusals: dict[str, int] = field(default_factory=dict)

    @property
    def silent(self) -> bool:
        """Whether Entra was in contact once, and missed more than two cycles."""
        return (
            self.last_contact is not None
            and self.last_contact < timezone.now() - 2 * CYCLE
        )

    @property
    def roles_matched(self) -> bool:
        """Whether somebody active has a role that exists here."""
        return any(people for _role, people in self.roles)

    def findings(self) -> Iterator[Finding]:
        """Tell what is wrong, with the exact place to change it."""
        yield from self._contact_findings()
        if self.active:
            yield from self._mapping_findings()
        yield from self._refusal_findings()

    def _contact_findings(self) -> Iterator[Finding]:
        if self.silent:
            yield Finding(
                code="silent",
                message=_("Entra has not been in contact for more than two cycles."),
                remedy=_(
                    "In Entra, open Provisioning → Overview: start provisioning if it "
                    "is stopped. If it is in quarantine, choose Test connection under "
                    "Connectivity first, then Restart provisioning."
                ),
            )

    def _mapping_findings(self) -> Iterator[Finding]:
        if self.without_object_id:
            yield Finding(
                code="external_id_no_object_id",
                message=ngettext(
                    "The externalId of %(count)d person is no object ID.",
                    "The externalId of %(count)d people is no object ID.",
                    self.without_object_id,
                )
                % {"count": self.without_object_id},
                remedy=_(
                    "In Entra, open Provisioning → Attribute mapping → Provision "
                    "Microsoft Entra ID Users, edit the row externalId, and choose "
                    "objectId as source attribute in place of mailNickname."
                ),
            )
        if self.without_external_id:
            yield Finding(
                code="external_id_missing",
                message=ngettext(
                    "Entra sends no externalId for %(count)d person.",
                    "Entra sends no externalId for %(count)d people.",
                    self.without_external_id,
                )
                % {"count": self.without_external_id},
                remedy=_(
                    "In Entra, open Provisioning → Attribute mapping → Provision "
                    "Microsoft Entra ID Users, and map externalId to objectId."
                ),
            )
        if not self.roles_received:
            yield Finding(
                code="roles_missing",
                message=_("Entra has sent no roles so far."),
                remedy=_(
                    "Follow section C and steps 3 and 4 of section D of the guide: app roles, "
                    "and the mapping of the attribute roles. Provision on demand never "
                    "sends roles: wait for a cycle."
                ),
            )
        for function in (RoleFunction.SINGLE, RoleFunction.ADD_ONLY):
            if people := self.functions[function]:
                yield _function_finding(function, people)
        if not self.active_received:
            yield Finding(
                code="active_missing",
                message=_("Entra has never sent the attribute active."),
                remedy=_(
                    "Without it, people who leave keep their access. In Entra, open "
                    "Provisioning → Attribute mapping → Provision Microsoft Entra ID "
                    "Users, and restore the row active with the expression "
                    'Switch([IsSoftDeleted], , "False", "True", "True", "False").'
                ),
            )

    def _refusal_findings(self) -> Iterator[Finding]:
        if sum(self.refusals.values()) >= MANY_REFUSALS:
            yield Finding(
                code="many_refusals",
                message=_("Many requests were refused in the last 24 hours."),
                remedy=_(
                    "Change what the events say, lest Entra puts provisioning into "
                    "quarantine."
                ),
            )
        for reason, people in self.refusals.items():
            if reason not in _PASSING:
                yield Finding(
                    code=reason,
                    message=_("Entra sends groups.")
                    if reason == GroupsNotProvisioned.code
                    else ngettext(
                        "%(count)d person was refused in the last 24 hours.",
                        "%(count)d people were refused in the last 24 hours.",
                        people,
                    )
                    % {"count": people},
                    remedy=MESSAGES.get(reason)
                    or REMEDIES.get(reason, _("The events say what to change.")),
                    reason=reason,
                )


def traffic_of(environment: AnyEnvironment) -> Traffic:
    """Return what an environment's traffic reveals."""
    traffic = Traffic()
    _count_people(traffic, environment)
    _count_roles(traffic, environment)
    traffic.last_contact = AccessKey.objects.for_environment(environment).aggregate(
        last=Max("last_used_at")
    )["last"]
    traffic.refusals = dict(
        ProvisioningEvent.objects.for_environment(environment)
        .filter(kind=ProvisioningEvent.Kind.REFUSED, at__gt=timezone.now() - _RECENT)
        .values_list("reason")
        .annotate(people=Count("pk"))
        .order_by("-people", "reason")
    )
    return traffic


def holders_of(role: EnvironmentRole) -> models.QuerySet[ProvisionedUser]:
    """Return the active people whom a role gives its group."""
    return ProvisionedUser.objects.for_environment(role.environment).filter(
        active=True, role_assignments__value_key=role.value_key
    )


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


def _function_finding(function: RoleFunction, people: int) -> Finding:
    shortcoming = {
        RoleFunction.SINGLE: ngettext(
            "The role of %(count)d person comes from a function that sends one role "
            "only.",
            "The roles of %(count)d people come from a function that sends one role "
            "only.",
            people,
        ),
        RoleFunction.ADD_ONLY: ngettext(
            "The roles of %(count)d person come from a function that only adds roles: "
            "a role that is taken away in Entra stays here.",
            "The roles of %(count)d people come from a function that only adds roles: "
            "a role that is taken away in Entra stays here.",
            people,
        ),
    }[function]
    return Finding(
        code=f"role_function_{function}",
        message=shortcoming % {"count": people},
        remedy=_(
            "In Entra, open Provisioning → Attribute mapping → Provision Microsoft "
            "Entra ID Users, edit the row roles, and set the expression to "
            "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])."
        ),
    )
