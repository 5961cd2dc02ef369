"""The bearer keys of an environment's SCIM endpoint: make, check, end."""

from __future__ import annotations

import datetime
import secrets
import string
import zlib
from typing import Any

from django.db import Error
from django.db.models import Q
from django.utils import timezone

from entra_scim.database import transactions
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.exceptions import Busy
from entra_scim.logs import logger
from entra_scim.models import AccessKey, ProvisioningEvent
from entra_scim.secrecy.hiding import Secret, without_variables
from entra_scim.story import events
from entra_scim.text.comparison_keys import digest

from .admission import Admission, LookUp, admit

PREFIX = "entra_scim_"
_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_BYTES = 32
_RANDOM_LENGTH = 43  # of 256 bits in base 62
_CHECKSUM_LENGTH = 6  # of 32 bits in base 62
_HINT_LENGTH = len(PREFIX) + 4
_USE_INTERVAL = datetime.timedelta(minutes=1)


@transactions.repeating
@without_variables
def create(
    environment: AnyEnvironment,
    created_by: Any = None,
    expires_at: datetime.datetime | None = None,
) -> tuple[AccessKey, str]:
    """Create a key for an environment. Other keys stay as they are.

    Returns:
        The stored key, and the secret text to show once: it is not kept.
    """
    secret = _with_checksum(
        PREFIX + _base62(secrets.token_bytes(_RANDOM_BYTES), _RANDOM_LENGTH)
    )
    key = AccessKey.objects.create(
        environment=environment,
        digest=digest(secret),
        hint=secret[:_HINT_LENGTH],
        created_at=timezone.now(),
        created_by=created_by,
        expires_at=expires_at,
    )
    events.record(environment, ProvisioningEvent.Kind.KEY_CREATED, key_hint=key.hint)
    return key, secret


def is_well_formed(text: str) -> bool:
    """Tell by prefix and checksum whether a text is one of our keys.

    A scanner of source code can do the same, without asking the database.
    """
    return (
        text.startswith(PREFIX)
        and len(text) == len(PREFIX) + _RANDOM_LENGTH + _CHECKSUM_LENGTH
        and text.isascii()
        and text == _with_checksum(text[:-_CHECKSUM_LENGTH])
    )


@without_variables
def authenticate(
    environment_id: str, text: Secret | str, look_up: LookUp | None = None
) -> Admission | None:
    """Return what the usable key with a text lets in, if it opens an environment.

    The digest of 256 random bits needs no comparison in constant time.
    """
    text = Secret(text).reveal()
    if not is_well_formed(text):
        return None
    return admit(environment_id, digest(text), look_up)


def note_use(key: AccessKey) -> None:
    """Note that a key was used, at most once a minute.

    The first use replaces the environment's older keys: each lives on for a day
    after its last use. Failing to write it down does not refuse Entra's
    request.
    """
    now = timezone.now()
    try:
        if key.first_used_at is None:
            _note_first_use(key, now)
        elif key.last_used_at is None or key.last_used_at <= now - _USE_INTERVAL:
            # Many requests may find at once that the minute is over.
            keys = AccessKey.objects.filter(pk=key.pk).exclude(
                last_used_at__gt=now - _USE_INTERVAL
            )
            transactions.repeated(lambda: keys.update(last_used_at=now))
    except (Busy, Error):
        logger.warning("Could not note the use of access key %s", key, exc_info=True)


@transactions.repeating
def revoke(key: AccessKey) -> None:
    """End a key at once. Revoking it again changes nothing.

    If Entra went on with an older key that this one had replaced, that one stays.
    """
    if AccessKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    ):
        events.record(
            key.environment,
            ProvisioningEvent.Kind.KEY_REVOKED,
            key_hint=key.hint,
        )
        _restore_replaced(key)


def _restore_replaced(revoked: AccessKey) -> None:
    """Let the key that Entra uses last, if only a revoked one had replaced it."""
    keys = AccessKey.objects.for_environment(revoked.environment)
    usable = keys.usable(timezone.now())
    if usable.filter(first_used_at__isnull=False, replaced_at=None).exists():
        return
    used = usable.filter(replaced_at__isnull=False).order_by("-last_used_at").first()
    last_use = keys.values_list("last_used_at", flat=True).get(pk=revoked.pk)
    # A key that Entra had moved away from must not come back to life.
    if used and used.last_used_at and last_use and used.last_used_at > last_use:
        keys.filter(pk=used.pk).update(replaced_at=None)


@transactions.repeating
def _note_first_use(key: AccessKey, now: datetime.datetime) -> None:
    # In one order: two keys may be used for the first time at once.
    keys = AccessKey.objects.for_environment(key.environment).order_by("pk")
    list(transactions.for_update(keys).values_list("pk"))
    if not AccessKey.objects.filter(pk=key.pk, first_used_at__isnull=True).update(
        first_used_at=now, last_used_at=now
    ):
        return
    older = Q(created_at__lt=key.created_at) | Q(
        created_at=key.created_at, pk__lt=key.pk
    )
    AccessKey.objects.for_environment(key.environment).usable(now).filter(
        older, replaced_at__isnull=True
    ).update(replaced_at=now)
    events.record(
        key.environment, ProvisioningEvent.Kind.KEY_FIRST_USED, key_hint=key.hint
    )


def _with_checksum(body: str) -> str:
    checksum = zlib.crc32(body.encode()).to_bytes(4, "big")
    return body + _base62(checksum, _CHECKSUM_LENGTH)


def _base62(data: bytes, length: int) -> str:
    number = int.from_bytes(data, "big")
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
