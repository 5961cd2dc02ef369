"""Which credentials of an environment end soon, have ended or cannot be read."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from entra_scim.connection import credentials
from entra_scim.connection.configuration import NOTICE, SecretState, secret_state
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import AccessKey, EntraConnection

from .findings import Finding


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something of an environment that ends soon, or has ended."""

    environment: AnyEnvironment
    message: str


def notices(environments: models.QuerySet[Any]) -> list[Notice]:
    """Return what expires within the notice in some environments.

    In three statements.
    """
    return [
        *_secret_notices(environments),
        *_key_notices(environments),
        *_replaced_key_notices(environments),
    ]


@dataclass(frozen=True, kw_only=True)
class Expiry:
    """When something stops working, and where to renew it."""

    on: datetime.date | None
    """None for what has no end, or none that anybody has entered."""

    what: str
    path: str
    """Below the tab."""


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
                path="sign-in/#certificate",
            )
        )
    elif settings.client_secret:
        found.append(
            Expiry(
                on=settings.client_secret_expires_on,
                what=_("the client secret"),
                path="#step-connection",
            )
        )
    found += [
        Expiry(
            on=timezone.localdate(key.ends_at) if key.ends_at else None,
            what=_("the access key %(key)s") % {"key": key},
            path="#step-keys",
        )
        for key in keys
    ]
    return sorted(found, key=lambda one: one.on or datetime.date.max)


def findings(settings: EntraConnection, keys: list[AccessKey]) -> Iterator[Finding]:
    """Tell which credentials wait, end soon, have ended or cannot be read.

    ``keys`` are the environment's usable keys.
    """
    if credentials.waiting(settings) is not None:
        yield Finding(
            code="pending",
            message=_("A changed connection waits for a test."),
            remedy=_(
                "The former one stays in use until a test with the new one succeeds."
            ),
        )
    elif settings.certificate:
        yield from _certificate_findings(settings)
    else:
        yield from _secret_findings(settings)
    if end := _last_key_end(keys):
        yield Finding(
            code="key_ends",
            message=_("The last access key ends on %(date)s.")
            % {"date": date_format(timezone.localtime(end), "DATETIME_FORMAT")},
            remedy=_(
                "Generate a new one and paste it in Entra, or Entra stops "
                "provisioning then."
            ),
        )
    yield from _replaced_key_findings(settings.environment)


def _secret_notices(environments: models.QuerySet[Any]) -> Iterator[Notice]:
    limit = timezone.localdate() + NOTICE
    settings = (
        EntraConnection.objects.filter(
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
        .filter(environment__in=environments, replaced_at=None)
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


def _replaced_key_notices(environments: models.QuerySet[Any]) -> Iterator[Notice]:
    keys = AccessKey.objects.used_though_replaced(timezone.now())
    for key in keys.filter(environment__in=environments).select_related("environment"):
        yield Notice(
            environment=key.environment,
            message=_(
                "Entra still uses the access key %(key)s of %(environment)s, which a "
                "newer one replaces. Paste the newer key in Entra, or revoke it in "
                "the tab Microsoft Entra ID."
            )
            % {"key": key, "environment": key.environment},
        )


def _replaced_key_findings(environment: AnyEnvironment) -> Iterator[Finding]:
    keys = AccessKey.objects.for_environment(environment)
    for key in keys.used_though_replaced(timezone.now()):
        yield Finding(
            code="key_replaced",
            message=_(
                "Entra still uses the access key %(key)s, though a newer one exists."
            )
            % {"key": key},
            remedy=_(
                "Paste the newer key in Entra as Secret token, and save. If you do not "
                "have it any more, revoke it, so that the key in use stays. A replaced "
                "key expires 24 hours after Entra has last used it."
            ),
        )


def _secret_findings(settings: EntraConnection) -> Iterator[Finding]:
    state = secret_state(settings)
    if state == SecretState.UNREADABLE:
        yield Finding(
            code="secret_unreadable",
            message=_("The client secret can no longer be read."),
            remedy=_(
                "The product's encryption key was lost or changed. Paste the client "
                "secret again under Connection; provisioning goes on in the meantime."
            ),
        )
    elif state == SecretState.EXPIRED:
        yield Finding(
            code="secret_expired",
            message=_("The client secret has expired."),
            remedy=_(
                "Make a new one in Entra, under App registrations → Certificates & "
                "secrets, and save its value and date under Connection."
            ),
        )
    elif state == SecretState.EXPIRING:
        yield Finding(
            code="secret_expiring",
            message=_("The client secret expires on %(date)s.")
            % {"date": _day(settings.client_secret_expires_on)},
            remedy=_(
                "Make a new one in Entra, under App registrations → Certificates & "
                "secrets, and save its value and date under Connection. The old one "
                "works until then."
            ),
        )


def _certificate_findings(settings: EntraConnection) -> Iterator[Finding]:
    remedy = _(
        "Make a new one under Sign-in, upload it in Entra under App registrations → "
        "Certificates & secrets, and test."
    )
    messages = {
        SecretState.UNREADABLE: _("The key of the certificate can no longer be read."),
        SecretState.EXPIRED: _("The certificate has expired."),
        SecretState.EXPIRING: _("The certificate expires on %(date)s.")
        % {"date": _day(settings.certificate_expires_on)},
    }
    state = secret_state(settings)
    if state in messages:
        yield Finding(
            code=f"certificate_{state}", message=messages[state], remedy=remedy
        )


def _day(date: datetime.date | None) -> str:
    return date_format(date) if date else ""


def _last_key_end(keys: list[AccessKey]) -> datetime.datetime | None:
    """Return when the last of some usable keys ends, if that is within the notice.

    A key without an end, or with a later one, says that somebody has seen to it.
    """
    ends = [key.expires_at for key in keys if key.replaced_at is None]
    dated = [end for end in ends if end is not None]
    if not dated or len(dated) < len(ends):
        return None
    end = max(dated)
    return end if end <= timezone.now() + NOTICE else None
