"""When what an environment works with stops working."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from entra_scim.models import AccessKey, EntraConnection

from .items import Place


@dataclass(frozen=True, kw_only=True)
class Expiry:
    """When something stops working, and where to renew it."""

    on: datetime.date | None
    """None for what has no end, or none that anybody has entered."""

    what: str
    place: Place


def calendar(settings: EntraConnection, keys: Iterable[AccessKey]) -> list[Expiry]:
    """Return what an environment works with, in the order in which it expires.

    ``keys`` are the environment's usable keys.
    """
    found = []
    if settings.certificate:
        found.append(
            Expiry(
                on=settings.certificate_expires_on,
                what=_("the certificate"),
                place=Place.CERTIFICATE,
            )
        )
    elif settings.client_secret:
        found.append(
            Expiry(
                on=settings.client_secret_expires_on,
                what=_("the client secret"),
                place=Place.CREDENTIALS,
            )
        )
    found += [
        Expiry(
            on=timezone.localdate(key.ends_at) if key.ends_at else None,
            what=_("the access key %(key)s") % {"key": key},
            place=Place.KEYS,
        )
        for key in keys
    ]
    return sorted(found, key=lambda one: one.on or datetime.date.max)
