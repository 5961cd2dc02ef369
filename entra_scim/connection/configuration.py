"""An environment's credentials in Entra: save them, and say how they are."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import uuid

from django.utils import timezone

from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.models import EntraConnection, ProvisioningEvent
from entra_scim.secrecy.hiding import Secret, without_variables
from entra_scim.story import events

from . import credentials, federation
from .credentials import Credentials

NOTICE = datetime.timedelta(days=30)
"""How long before their end people are told to renew credentials."""


class SecretState(enum.StrEnum):
    """What can be said of a client secret without showing it."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    EXPIRED = "expired"
    EXPIRING = "expiring"
    SET = "set"


def connection_of(environment: AnyEnvironment) -> EntraConnection:
    """Return the settings of an environment, unsaved if there are none yet."""
    found: EntraConnection | None = EntraConnection.objects.for_environment(
        environment
    ).first()
    if found is None:
        return EntraConnection(environment=environment)
    found.environment = environment
    return found


def lock(settings: EntraConnection) -> None:
    """Lock an environment's settings until the transaction ends, as they are now.

    Their row is made if there is none. They are saved as a whole: two may save at
    the same time, or a trial begin or end in between, and neither must fail or undo
    the other.
    """
    environment = settings.environment
    row, _made = EntraConnection.objects.get_or_create(environment=environment)
    settings.pk = row.pk
    rows = transactions.for_update(EntraConnection.objects.all())
    settings.refresh_from_db(from_queryset=rows)
    settings.environment = environment


@transactions.repeating
@without_variables
def save(
    settings: EntraConnection,
    *,
    client_id: uuid.UUID,
    tenant_id: uuid.UUID,
    cloud: str,
    client_secret: Secret | str,
    client_secret_expires_on: datetime.date | None,
) -> list[str]:
    """Save what an administrator entered. An empty secret keeps what is set.

    The IDs may come first, without any secret. Where the product has a federated
    credential, they are all that it takes. A new secret takes the place of a
    certificate or a federated credential.

    Raises:
        ValueError: There is a secret that can no longer be read, and no new one.

    Returns:
        The names of the fields that changed, for the log: never the values.
    """
    lock(settings)
    former = credentials.newest(settings)
    if client_secret:
        kept = Credentials(
            client_id=client_id,
            tenant_id=tenant_id,
            cloud=cloud,
            client_secret=Secret(client_secret),
        )
    elif former is not None:
        kept = former
    elif settings.has_proof:
        raise ValueError("The secret to keep can no longer be read.")
    else:
        kept = Credentials(
            client_id=client_id,
            tenant_id=tenant_id,
            cloud=cloud,
            federation=next(iter(federation.kinds()), ""),
        )
    new = dataclasses.replace(
        kept,
        client_id=client_id,
        tenant_id=tenant_id,
        cloud=cloud,
        client_secret_expires_on=client_secret_expires_on,
    )
    return change(settings, new)


@transactions.repeating
def change(settings: EntraConnection, new: Credentials) -> list[str]:
    """Put credentials in use, or let them wait for a test sign-in.

    They wait if those in use are tested or the integration is active: a mistake in
    the new ones would cost what works. If those in use cannot be read, nothing
    works, and there is nothing to wait for.

    Returns:
        The names of what changed, for the log.
    """
    lock(settings)
    former = credentials.newest(settings)
    changed = [
        field.name
        for field in dataclasses.fields(Credentials)
        if (
            getattr(new, field.name)
            if former is None
            else getattr(former, field.name) != getattr(new, field.name)
        )
    ]
    if not changed:
        return []
    current = credentials.in_use(settings)
    if (
        current is not None
        and current.fingerprint != new.fingerprint
        and (settings.is_active(timezone.now()) or credentials.are_tested(settings))
    ):
        credentials.let_wait(settings, new)
    else:
        credentials.use(settings, new)
    settings.save()
    events.record(settings.environment, ProvisioningEvent.Kind.CREDENTIALS)
    return [name for name in changed if name != "certificate_key"]


@transactions.repeating
def discard_waiting(settings: EntraConnection) -> bool:
    """Discard credentials that wait for a test, and tell whether there were any."""
    lock(settings)
    if not settings.pending:
        return False
    settings.pending = ""
    settings.save()
    events.record(settings.environment, ProvisioningEvent.Kind.CREDENTIALS)
    return True


@transactions.repeating
def reencrypt(settings: EntraConnection) -> None:
    """Encrypt the secrets of an environment with the newest key.

    Raises:
        Unreadable: A secret was encrypted with a key that is lost. Nothing changes.
    """
    lock(settings)
    credentials.reencrypt(settings)
    settings.save()


def secret_state(settings: EntraConnection) -> SecretState:
    """Tell whether there is something to prove sign-in with, and how long it lasts."""
    if not settings.has_proof:
        return SecretState.MISSING
    if credentials.in_use(settings) is None:
        return SecretState.UNREADABLE
    if settings.federation:
        return SecretState.SET
    end = settings.certificate_expires_on or settings.client_secret_expires_on
    if end is not None:
        today = timezone.localdate()
        if end <= today:
            return SecretState.EXPIRED
        if end <= today + NOTICE:
            return SecretState.EXPIRING
    return SecretState.SET


def is_complete(settings: EntraConnection) -> bool:
    """Tell whether both IDs are there, and something that works to prove it."""
    return settings.has_ids and secret_state(settings) in (
        SecretState.SET,
        SecretState.EXPIRING,
    )
