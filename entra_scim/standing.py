"""How far an environment has come with Entra: derived from facts, never from clicks."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .connection import SecretState, secret_state
from .models import AccessKey, EntraSettings
from .traffic import Traffic


class StepCode(enum.StrEnum):
    """What has to happen, in order."""

    CREDENTIALS = "credentials"
    ACCESS_KEY = "access_key"
    CONTACT = "contact"
    PEOPLE = "people"
    ROLES = "roles"
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


_TITLES = {
    StepCode.CREDENTIALS: gettext_lazy("Credentials saved"),
    StepCode.ACCESS_KEY: gettext_lazy("Access key made"),
    StepCode.CONTACT: gettext_lazy("Entra has made contact"),
    StepCode.PEOPLE: gettext_lazy("First person arrived"),
    StepCode.ROLES: gettext_lazy("Roles matched"),
    StepCode.TEST: gettext_lazy("Sign-in tested"),
    StepCode.ACTIVE: gettext_lazy("Active: passwords are replaced"),
}

_TODO = {
    StepCode.CREDENTIALS: gettext_lazy(
        "Copy the two IDs and the client secret from Entra to Connection, and save."
    ),
    StepCode.ACCESS_KEY: gettext_lazy(
        "Generate an access key, and paste it in Entra as Secret token."
    ),
    StepCode.CONTACT: gettext_lazy(
        "In Entra, choose Test connection, then Start provisioning."
    ),
    StepCode.PEOPLE: gettext_lazy(
        "In Entra, assign people or groups to the application, and wait for the next "
        "cycle: at most 40 minutes."
    ),
    StepCode.ROLES: gettext_lazy(
        "Make a role here for each app role in Entra, with exactly its Value as name."
    ),
    StepCode.TEST: gettext_lazy("Test signing in, as somebody whom Entra provisioned."),
    StepCode.ACTIVE: gettext_lazy(
        "Activate the integration, so that people sign in with Entra only."
    ),
}


def steps_of(
    settings: EntraSettings, keys: list[AccessKey], traffic: Traffic
) -> list[Step]:
    """Return the steps in the order in which an administrator takes them.

    ``keys`` are the environment's usable keys.
    """
    details = {
        StepCode.CREDENTIALS: (_credentials_are_good(settings), ""),
        StepCode.ACCESS_KEY: (bool(keys), ""),
        StepCode.CONTACT: (
            traffic.last_contact is not None,
            _("last: %(moment)s") % {"moment": _moment(traffic.last_contact)}
            if traffic.last_contact
            else "",
        ),
        StepCode.PEOPLE: (
            traffic.people > 0,
            ngettext(
                "%(people)d person, active: %(active)d",
                "%(people)d people, active: %(active)d",
                traffic.people,
            )
            % {"people": traffic.people, "active": traffic.active}
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
        StepCode.TEST: (settings.tested_at is not None, ""),
        StepCode.ACTIVE: (
            settings.is_active(timezone.now()) and settings.confirmed_at is not None,
            _("on trial") if settings.trial_ends_at else "",
        ),
    }
    return [
        Step(
            code=code,
            title=_TITLES[code],
            done=done,
            detail=detail,
            todo=_TODO[code],
        )
        for code, (done, detail) in details.items()
    ]


def _credentials_are_good(settings: EntraSettings) -> bool:
    return settings.has_ids and secret_state(settings) in (
        SecretState.SET,
        SecretState.EXPIRING,
    )


def _moment(moment: object) -> str:
    return date_format(localtime(moment), "SHORT_DATETIME_FORMAT")  # type: ignore[arg-type]
