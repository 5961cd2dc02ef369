"""What stands in the way of an activation."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from entra_scim.activation import lifecycle
from entra_scim.connection import configuration, credentials
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import EntraConnection

from . import observations

TEST_LASTS = datetime.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """Something that stands in the way of an activation, and where to change it."""

    code: str
    message: str
    path: str
    """Where to change it, below the tab."""


def of(settings: EntraConnection, by: Any) -> list[Obstacle]:
    """Return what is missing for an activation that a person begins now."""
    return [
        *_credentials_obstacles(settings),
        *_test_obstacles(settings),
        *_contact_obstacles(settings.environment),
        *_confirmation_obstacles(settings.environment, by),
    ]


def _credentials_obstacles(settings: EntraConnection) -> Iterator[Obstacle]:
    state = configuration.secret_state(settings)
    message, path = _("The connection is not complete."), "#step-connection"
    if settings.has_ids and settings.certificate:
        path = "sign-in/#certificate"
        if state == configuration.SecretState.EXPIRED:
            message = _("The certificate has expired.")
        elif state == configuration.SecretState.UNREADABLE:
            message = _("The key of the certificate can no longer be read.")
    elif settings.has_ids:
        if state == configuration.SecretState.EXPIRED:
            message = _("The client secret has expired.")
        elif state == configuration.SecretState.UNREADABLE:
            message = _("The client secret can no longer be read.")
    if not configuration.is_complete(settings):
        yield Obstacle(code="credentials", message=message, path=path)


def _test_obstacles(settings: EntraConnection) -> Iterator[Obstacle]:
    if credentials.waiting(settings) is not None:
        yield Obstacle(
            code="pending",
            message=_("A changed connection waits for a test."),
            path="sign-in/#sign-in",
        )
    elif not is_tested(settings):
        yield Obstacle(
            code="test",
            message=_(
                "Nobody has tested the sign-in with these settings in the last 24 hours."
            ),
            path="sign-in/#sign-in",
        )


def _contact_obstacles(environment: AnyEnvironment) -> Iterator[Obstacle]:
    last = observations.last_contact_of(environment)
    if last is None:
        message = _("Entra has not made contact yet.")
    elif observations.is_silent(last):
        message = _("Entra has not been in contact for more than two cycles.")
    else:
        return
    yield Obstacle(code="contact", message=message, path="#step-people")


def _confirmation_obstacles(environment: AnyEnvironment, by: Any) -> Iterator[Obstacle]:
    if not lifecycle.can_be_confirmed(environment, by):
        yield Obstacle(
            code="confirmation",
            message=_(
                "Nobody could confirm the trial: no administrator of this environment "
                "has an active account from Entra. Assign one to the application in "
                "Entra, and wait for the next cycle."
            ),
            path="people/",
        )


def is_tested(settings: EntraConnection) -> bool:
    """Tell whether a sign-in with just these settings worked within a day."""
    return (
        credentials.are_tested(settings)
        and settings.tested_at is not None
        and settings.tested_at > timezone.now() - TEST_LASTS
    )
