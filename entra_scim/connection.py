"""An environment's credentials in Entra, and when they end."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from . import credentials, encryption, events
from .credentials import Credentials
from .models import AccessKey, EntraSettings, ProvisioningEvent
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


def lock(settings: EntraSettings) -> None:
    """Lock an environment's settings until the transaction ends, as they are now.

    Their row is made if there is none. They are saved as a whole: two may save at
    the same time, or a trial begin or end meanwhile, and neither must fail or undo
    the other.
    """
    environment = settings.environment
    row, _made = EntraSettings.objects.get_or_create(environment=environment)
    settings.pk = row.pk
    settings.refresh_from_db(from_queryset=EntraSettings.objects.select_for_update())
    settings.environment = environment


def save(
    settings: EntraSettings,
    *,
    client_id: uuid.UUID,
    tenant_id: uuid.UUID,
    cloud: str,
    client_secret: str,
    client_secret_expires_on: datetime.date | None,
) -> list[str]:
    """Save what an administrator entered. An empty secret keeps what is set.

    A new secret takes the place of a certificate.

    Returns:
        The names of the fields that changed, for the log: never the values.
    """
    with transaction.atomic():
        lock(settings)
        former = credentials.waiting(settings) or credentials.in_use(settings)
        if client_secret:
            kept = Credentials(
                client_id=client_id,
                tenant_id=tenant_id,
                cloud=cloud,
                client_secret=client_secret,
            )
        elif former is not None:
            kept = former
        else:
            raise ValueError("There is no secret to keep.")
        new = dataclasses.replace(
            kept,
            client_id=client_id,
            tenant_id=tenant_id,
            cloud=cloud,
            client_secret_expires_on=client_secret_expires_on,
        )
        return change(settings, new)


def change(settings: EntraSettings, new: Credentials) -> list[str]:
    """Put credentials in use; while the integration is active, let them wait.

    A mistake in them would lock everybody out: a test sign-in with them comes
    first. Where those in use cannot be read, everybody is out already.

    Returns:
        The names of what changed, for the log.
    """
    with transaction.atomic():
        lock(settings)
        former = credentials.waiting(settings) or credentials.in_use(settings)
        changed = [
            name.name
            for name in dataclasses.fields(Credentials)
            if former is None or getattr(former, name.name) != getattr(new, name.name)
        ]
        if not changed:
            return []
        current = credentials.in_use(settings)
        if (
            settings.is_active(timezone.now())
            and current is not None
            and current.fingerprint != new.fingerprint
        ):
            credentials.let_wait(settings, new)
        else:
            credentials.use(settings, new)
        settings.save()
        events.record(settings.environment, ProvisioningEvent.Kind.CREDENTIALS)
    return [name for name in changed if name != "certificate_key"]


def secret_of(settings: EntraSettings) -> str | None:
    """Return the client secret, or None if there is none that can be read."""
    if not settings.client_secret:
        return None
    try:
        return encryption.decrypt(settings.environment, settings.client_secret)
    except encryption.Unreadable:
        return None


def secret_state(settings: EntraSettings) -> SecretState:
    """Tell whether a secret or certificate is there, and how long it lasts."""
    if not settings.client_secret and not settings.certificate:
        return SecretState.MISSING
    if credentials.in_use(settings) is None:
        return SecretState.UNREADABLE
    end = settings.certificate_expires_on or settings.client_secret_expires_on
    if end is not None:
        today = timezone.localdate()
        if end <= today:
            return SecretState.EXPIRED
        if end <= today + NOTICE:
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
    limit = timezone.localdate() + NOTICE
    settings = (
        EntraSettings.objects.filter(
            Q(client_secret_expires_on__lte=limit)
            | Q(certificate_expires_on__lte=limit),
            environment__in=environments,
        )
        .exclude(client_secret="", certificate="")
        .select_related("environment")
        .order_by("pk")
    )
    for one in settings:
        end = one.certificate_expires_on or one.client_secret_expires_on
        date = date_format(end)
        if one.certificate and end <= timezone.localdate():
            message = _(
                "The certificate of %(environment)s expired on %(date)s. Make a new "
                "one in the tab Microsoft Entra ID, and upload it in Entra."
            )
        elif one.certificate:
            message = _(
                "The certificate of %(environment)s expires on %(date)s. Make a new one "
                "in the tab Microsoft Entra ID, and upload it in Entra."
            )
        elif end <= timezone.localdate():
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
                "date": date_format(moment, "DATETIME_FORMAT"),
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
