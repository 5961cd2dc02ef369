"""What many environments need, for a mail or a front page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.formats import date_format

from entra_scim.connection.configuration import NOTICE
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import AccessKey, EntraConnection, ProvisioningEvent

from . import sign_in_health
from .findings.credentials import Credentials
from .findings.keys import Keys
from .findings.sign_in import SignIn, since
from .items import Code

_MOST_BROKEN = 10
"""How many environments the front page looks at: each takes statements of its own."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something that an environment needs."""

    code: Code
    environment: AnyEnvironment
    message: str


def notices(environments: models.QuerySet[Any]) -> list[Notice]:
    """Return what expires within the notice in some environments.

    In four statements.
    """
    return [
        *_of_credentials(environments),
        *_of_last_keys(environments),
        *_of_replaced_keys(environments),
    ]


def broken_sign_ins(environments: models.QuerySet[Any]) -> list[Notice]:
    """Return which of some environments nobody can sign in to, as sign-ins show."""
    now = timezone.now()
    failed = ProvisioningEvent.objects.filter(
        environment__in=environments, **sign_in_health.failed_for_everybody()
    )
    connections = (
        EntraConnection.objects.filter(
            environment__in=failed.order_by().values("environment").distinct(),
            activated_at__isnull=False,
        )
        .select_related("environment")
        .order_by("pk")
    )
    return [
        _notice(
            SignIn.BROKEN, one.environment, date=since(breakage), code=breakage.code
        )
        for one in connections[:_MOST_BROKEN]
        if one.is_active(now) and (breakage := sign_in_health.breakage(one))
    ]


def _notice(code: Code, environment: AnyEnvironment, /, **values: Any) -> Notice:
    text = str(code.kind.notice)
    return Notice(
        code=code,
        environment=environment,
        message=text % {"environment": environment, **values},
    )


def _of_credentials(environments: models.QuerySet[Any]) -> Iterator[Notice]:
    today = timezone.localdate()
    connections = (
        EntraConnection.objects.filter(
            Q(client_secret_expires_on__lte=today + NOTICE)
            | Q(certificate_expires_on__lte=today + NOTICE),
            environment__in=environments,
        )
        .exclude(client_secret="", certificate="")
        .select_related("environment")
        .order_by("pk")
    )
    for one in connections:
        end = one.certificate_expires_on or one.client_secret_expires_on
        is_over = end <= today
        if one.certificate:
            expired, expiring = (
                Credentials.CERTIFICATE_EXPIRED,
                Credentials.CERTIFICATE_EXPIRING,
            )
        else:
            expired, expiring = Credentials.SECRET_EXPIRED, Credentials.SECRET_EXPIRING
        yield _notice(
            expired if is_over else expiring, one.environment, date=date_format(end)
        )


def _of_last_keys(environments: models.QuerySet[Any]) -> Iterator[Notice]:
    now = timezone.now()
    ends = dict(
        AccessKey.objects.usable(now)
        .filter(environment__in=environments, replaced_at=None)
        .order_by()
        .values_list("environment")
        .annotate(lasting=Count("pk", filter=Q(expires_at=None)), end=Max("expires_at"))
        .filter(lasting=0, end__lte=now + NOTICE)
        .values_list("environment", "end")
    )
    for environment in environments.filter(pk__in=ends):
        end = timezone.localtime(ends[environment.pk])
        yield _notice(
            Keys.LAST_ENDS, environment, date=date_format(end, "DATETIME_FORMAT")
        )


def _of_replaced_keys(environments: models.QuerySet[Any]) -> Iterator[Notice]:
    keys = AccessKey.objects.filter(environment__in=environments)
    now, keys = timezone.now(), keys.select_related("environment")
    for key in keys.used_though_replaced(now):
        yield _notice(Keys.REPLACED, key.environment, key=key)
    for key in keys.used_beside_a_newer(now):
        yield _notice(Keys.BESIDE, key.environment, key=key)
