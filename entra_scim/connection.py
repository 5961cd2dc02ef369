"""An environment's credentials in Entra, and when they end."""

from __future__ import annotations

import datetime
import enum
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from . import encryption
from .models import AccessKey, EntraSettings
from .models.environment import AnyEnvironment

NOTICE = datetime.timedelta(days=30)
"""How long before their end people are told to renew credentials."""


class SecretState(enum.StrEnum):
    """What can be said of a client secret without showing it."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    EXPIRED = "expired"
    EXPIRING = "expiring"
    SET = "set"


def settings_of(environment: AnyEnvironment) -> EntraSettings:
    """Return the settings of an environment, unsaved if there are none yet."""
    found: EntraSettings | None = EntraSettings.objects.for_environment(
        environment
    ).first()
    if found is None:
        return EntraSettings(environment=environment)
    found.environment = environment
    return found


def save(
    settings: EntraSettings,
    *,
    client_id: uuid.UUID,
    tenant_id: uuid.UUID,
    cloud: str,
    client_secret: str,
    client_secret_expires_on: datetime.date | None,
) -> list[str]:
    """Save what an administrator entered. An empty secret keeps the one that is set.

    Returns:
        The names of the fields that changed, for the log: never the values.
    """
    values = {
        "client_id": client_id,
        "tenant_id": tenant_id,
        "cloud": cloud,
        "client_secret_expires_on": client_secret_expires_on,
    }
    changed = [
        name for name, value in values.items() if getattr(settings, name) != value
    ]
    for name, value in values.items():
        setattr(settings, name, value)
    if client_secret and client_secret != secret_of(settings):
        settings.client_secret = encryption.encrypt(settings.environment, client_secret)
        settings.client_secret_changed_at = timezone.now()
        changed.append("client_secret")
    if changed or settings.pk is None:
        settings.save()
    return changed


def secret_of(settings: EntraSettings) -> str | None:
    """Return the client secret, or None if there is none that can be read."""
    if not settings.client_secret:
        return None
    try:
        return encryption.decrypt(settings.environment, settings.client_secret)
    except encryption.Unreadable:
        return None


def secret_state(settings: EntraSettings) -> SecretState:
    """Tell whether the client secret is there, can be read, and how long it lasts."""
    if not settings.client_secret:
        return SecretState.MISSING
    if secret_of(settings) is None:
        return SecretState.UNREADABLE
    if settings.client_secret_expires_on is not None:
        today = timezone.localdate()
        if settings.client_secret_expires_on <= today:
            return SecretState.EXPIRED
        if settings.client_secret_expires_on <= today + NOTICE:
            return SecretState.EXPIRING
    return SecretState.SET


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something of an environment that ends soon, or has ended."""

    environment: AnyEnvironment
    message: str


def notices(environments: models.QuerySet[Any]) -> list[Notice]:
    """Return what ends within the notice in some environments, in two statements."""
    return [
        *_secret_notices(environments),
        *_key_notices(environments),
    ]


def _secret_notices(environments: models.QuerySet[Any]) -> Iterator[Notice]:
    settings = (
        EntraSettings.objects.filter(
            environment__in=environments,
            client_secret_expires_on__lte=timezone.localdate() + NOTICE,
        )
        .exclude(client_secret="")
        .select_related("environment")
        .order_by("client_secret_expires_on", "pk")
    )
    for one in settings:
        date = date_format(one.client_secret_expires_on, "SHORT_DATE_FORMAT")
        if one.client_secret_expires_on <= timezone.localdate():
            message = _(
                "The client secret of %(environment)s expired on %(date)s. Make a new "
                "one in Entra, and save it in the tab Microsoft Entra ID."
            )
        else:
            message = _(
                "The client secret of %(environment)s expires on %(date)s. Make a new "
                "one in Entra, and save it in the tab Microsoft Entra ID."
            )
        yield Notice(
            environment=one.environment,
            message=message % {"environment": one.environment, "date": date},
        )


def _key_notices(environments: models.QuerySet[Any]) -> Iterator[Notice]:
    now = timezone.now()
    ends = dict(
        AccessKey.objects.usable(now)
        .filter(environment__in=environments)
        .order_by()
        .values_list("environment")
        .annotate(lasting=Count("pk", filter=Q(expires_at=None)), end=Max("expires_at"))
        .filter(lasting=0, end__lte=now + NOTICE)
        .values_list("environment", "end")
    )
    for environment in environments.filter(pk__in=ends):
        moment = timezone.localtime(ends[environment.pk])
        yield Notice(
            environment=environment,
            message=_(
                "The last access key of %(environment)s ends on %(date)s. Generate a "
                "new one in the tab Microsoft Entra ID, and paste it in Entra."
            )
            % {
                "environment": environment,
                "date": date_format(moment, "SHORT_DATETIME_FORMAT"),
            },
        )


def last_key_end(keys: list[AccessKey]) -> datetime.datetime | None:
    """Return when the last of some usable keys ends, if that is within the notice.

    A key without an end, or with a later one, says that somebody has seen to it.
    """
    ends = [key.expires_at for key in keys]
    dated = [end for end in ends if end is not None]
    if not dated or len(dated) < len(ends):
        return None
    end = max(dated)
    return end if end <= timezone.now() + NOTICE else None
