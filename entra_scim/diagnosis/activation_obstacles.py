"""What stands in the way of an activation."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from entra_scim.activation import lifecycle
from entra_scim.connection import configuration, credentials
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import EntraConnection

from . import observations
from .findings.contact import Contact
from .findings.credentials import Credentials, shortcoming
from .items import Code, Item, Kind, Place, Way

TEST_LASTS = datetime.timedelta(days=1)


class Obstacle(Code):
    """What nothing is wrong about, but for who wants to activate."""

    UNTESTED = Kind(
        code="untested",
        message=_(
            "Nobody has tested the sign-in with these settings in the last 24 hours."
        ),
        ways=(Way(to=Place.TEST),),
    )
    UNCONFIRMABLE = Kind(
        code="unconfirmable",
        message=_(
            "Nobody could confirm the trial: no administrator of this environment "
            "has an active account from Entra. Assign one to the application in "
            "Entra, and wait for the next cycle."
        ),
        ways=(Way(to=Place.PEOPLE),),
    )


def of(settings: EntraConnection, by: Any) -> list[Item]:
    """Return what is missing for an activation that a person begins now."""
    codes = [
        *_of_credentials(settings),
        *_of_test(settings),
        *_of_contact(settings.environment),
    ]
    if not lifecycle.can_be_confirmed(settings.environment, by):
        codes.append(Obstacle.UNCONFIRMABLE)
    return [code.item() for code in codes]


def _of_credentials(settings: EntraConnection) -> Iterator[Code]:
    if not settings.has_ids:
        yield Credentials.NO_IDS
    elif not configuration.is_complete(settings):
        yield shortcoming(settings) or Credentials.NO_SECRET


def _of_test(settings: EntraConnection) -> Iterator[Code]:
    if credentials.waiting(settings) is not None:
        yield Credentials.PENDING
    elif not is_tested(settings):
        yield Obstacle.UNTESTED


def _of_contact(environment: AnyEnvironment) -> Iterator[Code]:
    last = observations.last_contact_of(environment)
    if last is None:
        yield Contact.NONE
    elif observations.is_silent(last):
        yield Contact.SILENT


def is_tested(settings: EntraConnection) -> bool:
    """Tell whether a sign-in with just these settings worked within a day."""
    return (
        credentials.are_tested(settings)
        and settings.tested_at is not None
        and settings.tested_at > timezone.now() - TEST_LASTS
    )
