"""Whether Entra's attribute mapping is right, as what has arrived shows."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from entra_scim.diagnosis.facts import Facts
from entra_scim.diagnosis.items import Code, Item, Kind, Place, Way
from entra_scim.dialect import RoleFunction

_STEP = (Way(to=Place.MAPPING),)
_FUNCTION = _(
    "In Entra, open Provisioning → Attribute mapping → Provision Microsoft "
    "Entra ID Users, edit the row roles, and set the expression to "
    "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])."
)


class Mapping(Code):
    NO_OBJECT_ID = Kind(
        code="external_id_no_object_id",
        message=ngettext_lazy(
            "The externalId of %(count)d person is not an object ID.",
            "The externalId of %(count)d people is not an object ID.",
            "count",
        ),
        remedy=_(
            "In Entra, open Provisioning → Attribute mapping → Provision "
            "Microsoft Entra ID Users, edit the row externalId, and choose "
            "objectId as source attribute in place of mailNickname."
        ),
        ways=_STEP,
    )
    NO_EXTERNAL_ID = Kind(
        code="external_id_missing",
        message=ngettext_lazy(
            "Entra sends no externalId for %(count)d person.",
            "Entra sends no externalId for %(count)d people.",
            "count",
        ),
        remedy=_(
            "In Entra, open Provisioning → Attribute mapping → Provision "
            "Microsoft Entra ID Users, and map externalId to objectId."
        ),
        ways=_STEP,
    )
    NO_ROLES = Kind(
        code="roles_missing",
        message=_("Entra has sent no roles so far."),
        remedy=_(
            "Follow steps 3 and 4 of the set-up: app roles, and the mapping of the "
            "attribute roles. Provision on demand never sends roles: wait for a "
            "cycle."
        ),
        ways=(Way(to=Place.ROLES),),
    )
    SINGLE_ROLE = Kind(
        code=f"role_function_{RoleFunction.SINGLE}",
        message=ngettext_lazy(
            "The role of %(count)d person comes from a function that sends one role "
            "only.",
            "The roles of %(count)d people come from a function that sends one role "
            "only.",
            "count",
        ),
        remedy=_FUNCTION,
        ways=_STEP,
    )
    ADDED_ROLES = Kind(
        code=f"role_function_{RoleFunction.ADD_ONLY}",
        message=ngettext_lazy(
            "The roles of %(count)d person come from a function that only adds roles: "
            "a role that is taken away in Entra stays here.",
            "The roles of %(count)d people come from a function that only adds roles: "
            "a role that is taken away in Entra stays here.",
            "count",
        ),
        remedy=_FUNCTION,
        ways=_STEP,
    )
    NO_ACTIVE = Kind(
        code="active_missing",
        message=_("Entra has never sent the attribute active."),
        remedy=_(
            "Without it, people who leave keep their access. In Entra, open "
            "Provisioning → Attribute mapping → Provision Microsoft Entra ID "
            "Users, and restore the row active with the expression "
            'Switch([IsSoftDeleted], , "False", "True", "True", "False").'
        ),
        ways=_STEP,
    )


def findings(facts: Facts) -> Iterator[Item]:
    """Tell what is wrong with the mapping, once there is somebody to see it by."""
    observed = facts.observed
    if not observed.active:
        return
    if people := observed.without_object_id:
        yield Mapping.NO_OBJECT_ID.item(count=people)
    if people := observed.without_external_id:
        yield Mapping.NO_EXTERNAL_ID.item(count=people)
    if not observed.roles_received:
        yield Mapping.NO_ROLES.item()
    if people := observed.functions[RoleFunction.SINGLE]:
        yield Mapping.SINGLE_ROLE.item(count=people)
    if people := observed.functions[RoleFunction.ADD_ONLY]:
        yield Mapping.ADDED_ROLES.item(count=people)
    if not observed.active_received:
        yield Mapping.NO_ACTIVE.item()
