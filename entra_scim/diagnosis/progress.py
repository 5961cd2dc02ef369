"""How far an environment has come with Entra: derived from facts, never from clicks."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from entra_scim.connection import configuration, credentials
from entra_scim.dialect import RoleFunction

from . import headcount
from .facts import Facts
from .items import Code, Kind, Place, Way
from .observations import Observations


class SetUpStep(Code):
    """What has to happen, in order: what is the case once it did, and what to do."""

    IDS = Kind(
        code="ids",
        message=gettext_lazy("IDs saved"),
        remedy=gettext_lazy(
            "Create the application in Entra, and copy its two IDs to here."
        ),
        ways=(Way(to=Place.CONNECTION),),
    )
    ACCESS_KEY = Kind(
        code="access_key",
        message=gettext_lazy("Access key created"),
        remedy=gettext_lazy(
            "Generate an access key, and paste it in Entra as Secret token."
        ),
        ways=(Way(to=Place.KEYS),),
    )
    CONTACT = Kind(
        code="contact",
        message=gettext_lazy("Entra has made contact"),
        remedy=gettext_lazy(
            "In Entra, paste Tenant URL and Secret token, and choose Test connection."
        ),
        ways=(Way(to=Place.KEYS),),
    )
    ROLES = Kind(
        code="roles",
        message=gettext_lazy("Roles matched"),
        remedy=gettext_lazy(
            "Create a role here for each app role in Entra, with exactly its Value as "
            "name."
        ),
        ways=(Way(to=Place.ROLES),),
    )
    MAPPING = Kind(
        code="mapping",
        message=gettext_lazy("Attributes mapped"),
        remedy=gettext_lazy(
            "In Entra, map externalId and roles as step 4 says. Then assign people and "
            "start provisioning, as step 5 says."
        ),
        ways=(Way(to=Place.MAPPING),),
    )
    PEOPLE = Kind(
        code="people",
        message=gettext_lazy("First person arrived"),
        remedy=gettext_lazy(
            "In Entra, assign people or groups to the application, and wait for the "
            "next cycle: at most 40 minutes."
        ),
        ways=(Way(to=Place.ASSIGNING),),
    )
    CREDENTIALS = Kind(
        code="credentials",
        message=gettext_lazy("Credentials saved"),
        remedy=gettext_lazy("Create a client secret in Entra, and copy it to here."),
        ways=(Way(to=Place.CREDENTIALS),),
    )
    TEST = Kind(
        code="test",
        message=gettext_lazy("Sign-in tested"),
        remedy=gettext_lazy(
            "Grant admin consent in Entra, and test signing in with a person from Entra."
        ),
        ways=(Way(to=Place.TEST),),
    )
    ACTIVE = Kind(
        code="active",
        message=gettext_lazy("Active: passwords are replaced"),
        remedy=gettext_lazy(
            "Activate Entra sign-in, so that people sign in with Entra only."
        ),
        ways=(Way(to=Place.ACTIVATION),),
    )


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of the set-up, and whether it is done."""

    code: SetUpStep
    done: bool
    detail: str
    todo: str | Promise
    """What to do next, if it is not."""

    waits: bool
    """Whether all is done here, and only people who arrive can show it."""


def steps_of(facts: Facts) -> list[Step]:
    """Return the steps in the order in which an administrator takes them."""
    observed = facts.observed
    done, details, todo = _done(facts), _details(facts), _todo(facts)
    return [
        Step(
            code=code,
            done=done[code],
            detail=details.get(code, ""),
            todo=todo.get(code, code.kind.remedy),
            waits=code == SetUpStep.ROLES
            and bool(observed.roles)
            and not observed.people,
        )
        for code in SetUpStep
    ]


def _done(facts: Facts) -> dict[SetUpStep, bool]:
    settings, observed = facts.connection, facts.observed
    waits = credentials.waiting(settings) is not None
    return {
        SetUpStep.IDS: waits or settings.has_ids,
        SetUpStep.CREDENTIALS: waits or configuration.is_complete(settings),
        SetUpStep.ACCESS_KEY: bool(facts.usable_keys),
        SetUpStep.CONTACT: observed.last_contact is not None,
        SetUpStep.ROLES: observed.roles_matched and not observed.unknown_roles,
        SetUpStep.MAPPING: _is_mapped(observed),
        SetUpStep.PEOPLE: observed.people > 0,
        SetUpStep.TEST: not waits and credentials.are_tested(settings),
        SetUpStep.ACTIVE: settings.is_active(timezone.now())
        and settings.confirmed_at is not None,
    }


def _details(facts: Facts) -> dict[SetUpStep, str]:
    settings, observed = facts.connection, facts.observed
    found: dict[SetUpStep, str] = {}
    if observed.last_contact:
        found[SetUpStep.CONTACT] = _last(observed.last_contact)
    if observed.is_large:
        found[SetUpStep.PEOPLE] = _("more than %(people)d people") % {
            "people": headcount.EXACT
        }
    elif observed.people:
        found[SetUpStep.PEOPLE] = ngettext(
            "%(people)d person, active: %(active)d",
            "%(people)d people, active: %(active)d",
            observed.people,
        ) % {"people": observed.people, "active": observed.with_access}
    if observed.unknown_roles:
        found[SetUpStep.ROLES] = _("values without a role: %(count)d") % {
            "count": len(observed.unknown_roles)
        }
    if settings.tested_at:
        found[SetUpStep.TEST] = _last(settings.tested_at)
    if _is_on_trial(facts):
        found[SetUpStep.ACTIVE] = _("on trial")
    return found


def _todo(facts: Facts) -> dict[SetUpStep, str | Promise]:
    """Return what to do where the facts ask for something else than the step itself."""
    settings, observed = facts.connection, facts.observed
    waits = credentials.waiting(settings) is not None
    todo: dict[SetUpStep, str | Promise] = {}
    if waits:
        todo[SetUpStep.TEST] = _(
            "Test signing in: the changed connection is used once a test succeeds."
        )
    elif settings.has_ids and not configuration.is_complete(settings):
        todo[SetUpStep.CREDENTIALS] = (
            _("Choose what sign-in proves itself with under Sign-in.")
            if settings.federation
            else _("Create a new certificate under Sign-in, and upload it in Entra.")
            if settings.certificate
            else SetUpStep.CREDENTIALS.kind.remedy
        )
    if observed.roles and not observed.roles_received:
        todo[SetUpStep.ROLES] = _(
            "Let Entra send roles: create app roles, and map the attribute roles, as "
            "steps 3 and 4 say."
        )
    elif observed.roles and not observed.unknown_roles:
        todo[SetUpStep.ROLES] = _(
            "In Entra, assign people an app role whose Value is a role here."
        )
    if observed.people:
        todo[SetUpStep.MAPPING] = _(
            "Correct the attribute mapping in Entra, as step 4 says."
        )
    if _is_on_trial(facts):
        todo[SetUpStep.ACTIVE] = _(
            "Sign in with Entra before the trial ends, to confirm the activation."
        )
    return todo


def _is_on_trial(facts: Facts) -> bool:
    settings = facts.connection
    return settings.is_active(timezone.now()) and settings.confirmed_at is None


def _is_mapped(observed: Observations) -> bool:
    """Tell whether what has arrived shows that each mapping is right."""
    return bool(
        observed.active
        and not observed.without_object_id
        and not observed.without_external_id
        and observed.active_received
        and observed.functions[RoleFunction.ASSERTIVE]
        and not observed.functions[RoleFunction.SINGLE]
        and not observed.functions[RoleFunction.ADD_ONLY]
    )


def _last(at: datetime.datetime) -> str:
    return _("last: %(moment)s") % {
        "moment": date_format(timezone.localtime(at), "DATETIME_FORMAT")
    }
