"""How an environment stands, in a few words for every page."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entra_scim.activation import lifecycle
from entra_scim.connection import configuration
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import EntraConnection

from . import sign_in_health
from .observations import is_silent, last_contact_of


@dataclass(frozen=True, kw_only=True)
class Status:
    """How an environment stands."""

    text: str
    is_bad: bool = False


def status_of(
    settings: EntraConnection,
    broken: sign_in_health.Breakage | None,
    last_contact: datetime.datetime | None,
) -> Status:
    """Return how an environment stands, as real sign-ins and requests show.

    What keeps people out comes first, then what keeps leavers in.
    """
    now = timezone.now()
    if broken is not None:
        text = _("Sign-in broken since %(date)s") % {"date": _moment(broken.since)}
        return Status(text=text, is_bad=True)
    if settings.is_active(now) and not configuration.is_complete(settings):
        return Status(text=_dead_credentials(settings), is_bad=True)
    if settings.is_active(now) and settings.trial_ends_at is not None:
        minutes = lifecycle.minutes_left(settings)
        text = ngettext(
            "Trial, %(count)d minute left", "Trial, %(count)d minutes left", minutes
        )
        return Status(text=text % {"count": minutes})
    if settings.paused_at is not None:
        text = _("Provisioning paused since %(date)s")
        return Status(text=text % {"date": _moment(settings.paused_at)}, is_bad=True)
    if last_contact is not None and is_silent(last_contact):
        text = _("Provisioning silent since %(date)s") % {"date": _moment(last_contact)}
        return Status(text=text, is_bad=True)
    if settings.is_active(now):
        return Status(text=_("Active"))
    if configuration.is_complete(settings):
        return Status(text=_("Not activated"))
    return Status(text=_("Not set up"))


def status_for(environment: AnyEnvironment) -> Status:
    """Return how an environment stands, for a page that knows nothing of it yet."""
    settings = configuration.connection_of(environment)
    return status_of(
        settings, sign_in_health.breakage(settings), last_contact_of(environment)
    )


def _dead_credentials(settings: EntraConnection) -> str:
    """Say why nobody can sign in, though nobody has tried yet."""
    is_expired = (
        configuration.secret_state(settings) == configuration.SecretState.EXPIRED
    )
    if settings.federation:
        return _("Federated credential not configured")
    if settings.certificate:
        return _("Certificate expired") if is_expired else _("Certificate unreadable")
    return _("Client secret expired") if is_expired else _("Client secret unreadable")


def _moment(moment: datetime.datetime) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")
