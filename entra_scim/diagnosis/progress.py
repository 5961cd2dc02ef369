"""How far an environment has come with Entra: derived from facts, never from clicks."""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from entra_scim.activation import lifecycle
from entra_scim.connection import configuration, credentials
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.dialect import RoleFunction
from entra_scim.models import AccessKey, EntraConnection

from . import headcount, sign_in_health
from .observations import Observations, is_silent, last_contact_of


class StepCode(enum.StrEnum):
    """What has to happen, in order."""

    CREDENTIALS = "credentials"
    ACCESS_KEY = "access_key"
    CONTACT = "contact"
    ROLES = "roles"
    MAPPING = "mapping"
    PEOPLE = "people"
    TEST = "test"
    ACTIVE = "active"


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that has to happen, and whether it did."""

    code: StepCode
    title: str | Promise
    done: bool
    detail: str = ""
    todo: str | Promise
    """What to do next, if it did not."""

    waits: bool = False
    """Whether all is done here, and only people who arrive can show it."""


_TITLES = {
    StepCode.CREDENTIALS: gettext_lazy("Credentials saved"),
    StepCode.ACCESS_KEY: gettext_lazy("Access key made"),
    StepCode.CONTACT: gettext_lazy("Entra has made contact"),
    StepCode.ROLES: gettext_lazy("Roles matched"),
    StepCode.MAPPING: gettext_lazy("Attributes mapped"),
    StepCode.PEOPLE: gettext_lazy("First person arrived"),
    StepCode.TEST: gettext_lazy("Sign-in tested"),
    StepCode.ACTIVE: gettext_lazy("Active: passwords are replaced"),
}

_TODO = {
    StepCode.CREDENTIALS: gettext_lazy(
        "Create the application in Entra, and copy its two IDs and a client secret to "
        "here."
    ),
    StepCode.ACCESS_KEY: gettext_lazy(
        "Generate an access key, and paste it in Entra as Secret token."
    ),
    StepCode.CONTACT: gettext_lazy(
        "In Entra, paste Tenant URL and Secret token, and choose Test connection."
    ),
    StepCode.ROLES: gettext_lazy(
        "Create a role here for each app role in Entra, with exactly its Value as name."
    ),
    StepCode.MAPPING: gettext_lazy(
        "In Entra, map externalId and roles as step 4 says. Then assign people and "
        "start provisioning, as step 5 says."
    ),
    StepCode.PEOPLE: gettext_lazy(
        "In Entra, assign people or groups to the application, and wait for the next "
        "cycle: at most 40 minutes."
    ),
    StepCode.TEST: gettext_lazy(
        "Grant admin consent in Entra, and test signing in with a person from Entra."
    ),
    StepCode.ACTIVE: gettext_lazy(
        "Activate Entra sign-in, so that people sign in with Entra only."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Badge:
    """How an environment stands, in a few words for every page."""

    text: str
    is_bad: bool = False


def badge_of(
    settings: EntraConnection,
    broken: sign_in_health.Breakage | None,
    last_contact: datetime.datetime | None,
) -> Badge:
    """Return how an environment stands, as real sign-ins and requests show.

    What keeps people out comes first, then what keeps leavers in.
    """
    now = timezone.now()
    if broken is not None:
        text = _("Sign-in broken since %(date)s") % {"date": _moment(broken.since)}
        return Badge(text=text, is_bad=True)
    if settings.is_active(now) and not configuration.is_complete(settings):
        return Badge(text=_dead_credentials(settings), is_bad=True)
    if settings.is_active(now) and settings.trial_ends_at is not None:
        minutes = lifecycle.minutes_left(settings)
        text = ngettext(
            "Trial, %(count)d minute left", "Trial, %(count)d minutes left", minutes
        )
        return Badge(text=text % {"count": minutes})
    if last_contact is not None and is_silent(last_contact):
        text = _("Provisioning silent since %(date)s") % {"date": _moment(last_contact)}
        return Badge(text=text, is_bad=True)
    if settings.is_active(now):
        return Badge(text=_("Active"))
    if configuration.is_complete(settings):
        return Badge(text=_("Not activated"))
    return Badge(text=_("Not set up"))


def badge_for(environment: AnyEnvironment) -> Badge:
    """Return how an environment stands, for a page that knows nothing of it yet."""
    settings = configuration.connection_of(environment)
    return badge_of(
        settings, sign_in_health.breakage(settings), last_contact_of(environment)
    )


def steps_of(
    settings: EntraConnection, keys: list[AccessKey], traffic: Observations
) -> list[Step]:
    """Return the steps in the order in which an administrator takes them.

    ``keys`` are the environment's usable keys.
    """
    is_complete = configuration.is_complete(settings)
    waits = credentials.waiting(settings) is not None
    is_active = settings.is_active(timezone.now())
    on_trial = is_active and settings.confirmed_at is None
    todo = dict(_TODO)
    if waits:
        todo[StepCode.TEST] = gettext_lazy(
            "Test signing in: the changed connection is used once a test succeeds."
        )
    if is_complete or waits:
        pass
    elif settings.has_ids and settings.certificate:
        todo[StepCode.CREDENTIALS] = gettext_lazy(
            "Make a new certificate under Sign-in, and upload it in Entra."
        )
    elif settings.has_ids:
        todo[StepCode.CREDENTIALS] = gettext_lazy(
            "Create a new client secret in Entra, and save it under Connection."
        )
    if traffic.roles and not traffic.roles_received:
        todo[StepCode.ROLES] = gettext_lazy(
            "Let Entra send roles: create app roles, and map the attribute roles, as "
            "steps 3 and 4 say."
        )
    elif traffic.roles and not traffic.unknown_roles:
        todo[StepCode.ROLES] = gettext_lazy(
            "In Entra, assign people an app role whose Value is a role here."
        )
    if traffic.people:
        todo[StepCode.MAPPING] = gettext_lazy(
            "Correct the attribute mapping in Entra, as step 4 says."
        )
    if on_trial:
        todo[StepCode.ACTIVE] = gettext_lazy(
            "Sign in with Entra before the trial ends, to confirm the activation."
        )
    details = {
        StepCode.CREDENTIALS: (waits or is_complete, ""),
        StepCode.ACCESS_KEY: (bool(keys), ""),
        StepCode.CONTACT: (
            traffic.last_contact is not None,
            _("last: %(moment)s") % {"moment": _moment(traffic.last_contact)}
            if traffic.last_contact
            else "",
        ),
        StepCode.MAPPING: (_is_mapped(traffic), ""),
        StepCode.PEOPLE: (
            traffic.people > 0,
            _("more than %(people)d people") % {"people": headcount.EXACT}
            if traffic.is_large
            else ngettext(
                "%(people)d person, active: %(active)d",
                "%(people)d people, active: %(active)d",
                traffic.people,
            )
            % {"people": traffic.people, "active": traffic.with_access}
            if traffic.people
            else "",
        ),
        StepCode.ROLES: (
            traffic.roles_matched and not traffic.unknown_roles,
            _("values without a role: %(count)d")
            % {"count": len(traffic.unknown_roles)}
            if traffic.unknown_roles
            else "",
        ),
        StepCode.TEST: (
            not waits and credentials.are_tested(settings),
            _("last: %(moment)s") % {"moment": _moment(settings.tested_at)}
            if settings.tested_at
            else "",
        ),
        StepCode.ACTIVE: (
            is_active and not on_trial,
            _("on trial") if on_trial else "",
        ),
    }
    return [
        Step(
            code=code,
            title=_TITLES[code],
            done=done,
            detail=detail,
            todo=todo[code],
            waits=code == StepCode.ROLES and bool(traffic.roles) and not traffic.people,
        )
        for code in StepCode
        for done, detail in [details[code]]
    ]


def _is_mapped(traffic: Observations) -> bool:
    """Tell whether what has arrived shows that each mapping is right."""
    return bool(
        traffic.active
        and not traffic.without_object_id
        and not traffic.without_external_id
        and traffic.active_received
        and traffic.functions[RoleFunction.ASSERTIVE]
        and not traffic.functions[RoleFunction.SINGLE]
        and not traffic.functions[RoleFunction.ADD_ONLY]
    )


def _dead_credentials(settings: EntraConnection) -> str:
    """Say why nobody can sign in, though nobody has tried yet."""
    is_expired = (
        configuration.secret_state(settings) == configuration.SecretState.EXPIRED
    )
    if settings.certificate:
        return _("Certificate expired") if is_expired else _("Certificate unreadable")
    return _("Client secret expired") if is_expired else _("Client secret unreadable")


def _moment(moment: datetime.datetime) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")
