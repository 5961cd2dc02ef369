"""What stands in the way of an activation."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from . import connection, credentials, traffic
from .models import EntraSettings
from .models.environment import AnyEnvironment

TEST_LASTS = datetime.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """Something that stands in the way of an activation, and where to change it."""

    code: str
    message: str
    anchor: str


def of(settings: EntraSettings) -> list[Obstacle]:
    """Return what is missing for an activation."""
    return [
        *_credentials_obstacles(settings),
        *_test_obstacles(settings),
        *_contact_obstacles(settings.environment),
    ]


def _credentials_obstacles(settings: EntraSettings) -> Iterator[Obstacle]:
    state = connection.secret_state(settings)
    message, anchor = _("The connection is not complete."), "connection"
    if settings.has_ids and settings.certificate:
        anchor = "certificate"
        if state == connection.SecretState.EXPIRED:
            message = _("The certificate has expired.")
        elif state == connection.SecretState.UNREADABLE:
            message = _("The key of the certificate can no longer be read.")
    elif settings.has_ids:
        if state == connection.SecretState.EXPIRED:
            message = _("The client secret has expired.")
        elif state == connection.SecretState.UNREADABLE:
            message = _("The client secret can no longer be read.")
    if not connection.is_complete(settings):
        yield Obstacle(code="credentials", message=message, anchor=anchor)


def _test_obstacles(settings: EntraSettings) -> Iterator[Obstacle]:
    if not is_tested(settings):
        yield Obstacle(
            code="test",
            message=_(
                "Nobody has tested the sign-in with these settings in the last 24 hours."
            ),
            anchor="sign-in",
        )


def _contact_obstacles(environment: AnyEnvironment) -> Iterator[Obstacle]:
    last = traffic.last_contact_of(environment)
    if last is None:
        message = _("Entra has not made contact yet.")
    elif traffic.is_silent(last):
        message = _("Entra has not been in contact for more than two cycles.")
    else:
        return
    yield Obstacle(code="contact", message=message, anchor="standing")


def is_tested(settings: EntraSettings) -> bool:
    """Tell whether a sign-in with just these settings worked within a day."""
    return (
        credentials.are_tested(settings)
        and settings.tested_at is not None
        and settings.tested_at > timezone.now() - TEST_LASTS
    )
