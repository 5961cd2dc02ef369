"""What the facts of an environment show to be wrong, and where to change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from entra_scim.dialect import RoleFunction
from entra_scim.exceptions import GroupsNotProvisioned
from entra_scim.explanations.refusals import MESSAGES, REMEDIES
from entra_scim.models.event import REFUSED_FILTER

from .observations import Observations, Refusals

MANY_REFUSALS = 10


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that Entra's requests show to be wrong, and where to change it."""

    code: str
    message: str | Promise
    remedy: str | Promise
    reason: str = ""
    """The reason of the refusals that it is about, to find their events by."""

    details: tuple[str, ...] = ()
    """What was wrong, in the words of single refusals, where these say more."""


def findings(traffic: Observations) -> Iterator[Finding]:
    """Tell what is wrong by the facts of an environment, and where to change it."""
    yield from _contact_findings(traffic)
    if traffic.active:
        yield from _mapping_findings(traffic)
    if traffic.unknown_attributes:
        yield Finding(
            code="unknown_attributes",
            message=_("Entra sends attributes that this product does not know:"),
            remedy=_(
                "In Entra, open Provisioning → Attribute mapping → Provision Microsoft "
                "Entra ID Users. Correct misspelt target attributes, and delete the rows "
                "of the others, unless this product asks for them. An attribute is "
                "listed until Entra has not sent it for 7 days."
            ),
            details=tuple(traffic.unknown_attributes),
        )
    yield from _refusal_findings(traffic)


def _contact_findings(traffic: Observations) -> Iterator[Finding]:
    if traffic.silent:
        yield Finding(
            code="silent",
            message=_("Entra has not been in contact for more than two cycles."),
            remedy=_(
                "In Entra, open Provisioning → Overview: start provisioning if it "
                "is stopped. If it is in quarantine, choose Test connection under "
                "Connectivity first, then Restart provisioning."
            ),
        )


def _mapping_findings(traffic: Observations) -> Iterator[Finding]:
    if traffic.without_object_id:
        yield Finding(
            code="external_id_no_object_id",
            message=ngettext(
                "The externalId of %(count)d person is not an object ID.",
                "The externalId of %(count)d people is not an object ID.",
                traffic.without_object_id,
            )
            % {"count": traffic.without_object_id},
            remedy=_(
                "In Entra, open Provisioning → Attribute mapping → Provision "
                "Microsoft Entra ID Users, edit the row externalId, and choose "
                "objectId as source attribute in place of mailNickname."
            ),
        )
    if traffic.without_external_id:
        yield Finding(
            code="external_id_missing",
            message=ngettext(
                "Entra sends no externalId for %(count)d person.",
                "Entra sends no externalId for %(count)d people.",
                traffic.without_external_id,
            )
            % {"count": traffic.without_external_id},
            remedy=_(
                "In Entra, open Provisioning → Attribute mapping → Provision "
                "Microsoft Entra ID Users, and map externalId to objectId."
            ),
        )
    if not traffic.roles_received:
        yield Finding(
            code="roles_missing",
            message=_("Entra has sent no roles so far."),
            remedy=_(
                "Follow steps 3 and 4 of the set-up: app roles, and the mapping of the "
                "attribute roles. Provision on demand never sends roles: wait for a "
                "cycle."
            ),
        )
    for function in (RoleFunction.SINGLE, RoleFunction.ADD_ONLY):
        if people := traffic.functions[function]:
            yield _function_finding(function, people)
    if not traffic.active_received:
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


def _refusal_findings(traffic: Observations) -> Iterator[Finding]:
    if sum(one.count for one in traffic.refusals.values()) >= MANY_REFUSALS:
        yield Finding(
            code="many_refusals",
            message=_("Many requests were refused in the last 24 hours."),
            remedy=_(
                "Change what the events say. Otherwise, Entra can put provisioning "
                "into quarantine."
            ),
        )
    for reason, refusals in traffic.refusals.items():
        yield _refusal_finding(reason, refusals)


def _refusal_finding(reason: str, refusals: Refusals) -> Finding:
    message: str | Promise
    if reason == GroupsNotProvisioned.code:
        message = _("Entra sends groups.")
    elif reason == REFUSED_FILTER:
        message = _(
            "Entra looks for people by an attribute that cannot be used for matching here."
        )
    else:
        message = ngettext(
            "%(count)d person was refused in the last 24 hours.",
            "%(count)d people were refused in the last 24 hours.",
            refusals.count,
        ) % {"count": refusals.count}
    explained = reason in MESSAGES
    return Finding(
        code=reason,
        message=message,
        remedy=MESSAGES.get(reason)
        or REMEDIES.get(reason, _("The events say what to change.")),
        reason=reason,
        details=() if explained else tuple(refusals.details),
    )


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
