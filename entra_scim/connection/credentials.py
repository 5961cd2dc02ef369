"""What an environment proves itself to Entra with: in use, and waiting for a test."""

from __future__ import annotations

import dataclasses
import datetime
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from django.utils import timezone
from django.utils.crypto import salted_hmac

from entra_scim.models import EntraConnection
from entra_scim.secrecy.hiding import Secret, without_variables
from entra_scim.sign_in import sign_ins

from . import authorities, encryption, federation

_CERTIFICATE_LIFETIME = datetime.timedelta(days=730)
_KEY_BITS = 3072
_SECRET = ("client_secret", "certificate_key")


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """All that it takes to sign people in. Secrets stay out of the repr."""

    client_id: uuid.UUID
    tenant_id: uuid.UUID
    cloud: str
    client_secret: Secret = field(default=Secret(""), repr=False)
    client_secret_expires_on: datetime.date | None = None
    certificate: str = ""
    certificate_key: Secret = field(default=Secret(""), repr=False)
    certificate_expires_on: datetime.date | None = None
    federation: str = ""
    """The kind of assertion that takes the place of both."""

    @property
    @without_variables
    def fingerprint(self) -> str:
        """What tells these credentials from others, and says nothing of them."""
        values = {
            name: str(value)
            for name, value in _revealed(self).items()
            if not name.endswith("expires_on")
        }
        text = json.dumps(values, sort_keys=True)
        return salted_hmac(
            "entra_scim.credentials", text, algorithm="sha256"
        ).hexdigest()


@without_variables
def in_use(settings: EntraConnection) -> Credentials | None:
    """Return the credentials of an environment, or None if they are not complete.

    Neither are those that can no longer be read, because a key is lost, nor those
    of a local Entra, or by a federated credential, where the product has none any
    more.
    """
    if settings.client_id is None or settings.tenant_id is None:
        return None
    if settings.cloud not in authorities.hosts():
        return None
    environment = settings.environment
    secret = certificate_key = ""
    if settings.federation and settings.federation not in federation.kinds():
        return None
    try:
        if settings.federation:
            pass
        elif settings.certificate:
            certificate_key = encryption.decrypt(environment, settings.certificate_key)
        elif settings.client_secret:
            secret = encryption.decrypt(environment, settings.client_secret)
        else:
            return None
    except encryption.Unreadable:
        return None
    return Credentials(
        client_id=settings.client_id,
        tenant_id=settings.tenant_id,
        cloud=settings.cloud,
        client_secret=Secret(secret),
        client_secret_expires_on=settings.client_secret_expires_on,
        certificate=settings.certificate,
        certificate_key=Secret(certificate_key),
        certificate_expires_on=settings.certificate_expires_on,
        federation=settings.federation,
    )


@without_variables
def waiting(settings: EntraConnection) -> Credentials | None:
    """Return the credentials that wait for a test sign-in, if there are any."""
    if not settings.pending:
        return None
    try:
        values = json.loads(encryption.decrypt(settings.environment, settings.pending))
    except encryption.Unreadable:
        return None
    if values["cloud"] not in authorities.hosts():
        return None
    for name in ("client_id", "tenant_id"):
        values[name] = uuid.UUID(values[name])
    for name in ("client_secret_expires_on", "certificate_expires_on"):
        if values[name] is not None:
            values[name] = datetime.date.fromisoformat(values[name])
    for name in _SECRET:
        values[name] = Secret(values[name])
    return Credentials(**values)


def newest(settings: EntraConnection) -> Credentials | None:
    """Return the credentials that a test is for: those that wait, else those in use."""
    return waiting(settings) or in_use(settings)


def reencrypt(settings: EntraConnection) -> None:
    """Encrypt the secrets of an environment with the newest key, unsaved.

    Raises:
        Unreadable: A secret was encrypted with a key that is lost.
    """
    for name in (*_SECRET, "pending"):
        if encrypted := getattr(settings, name):
            setattr(settings, name, encryption.renewed(encrypted))


def are_tested(settings: EntraConnection) -> bool:
    """Tell whether somebody signed in with just these credentials, ever."""
    current = in_use(settings)
    return current is not None and settings.tested_fingerprint == current.fingerprint


@without_variables
def use(settings: EntraConnection, credentials: Credentials) -> None:
    """Put credentials in use, unsaved. What waited is discarded.

    Sessions that another directory opened end, in the caller's transaction.
    """
    environment = settings.environment
    former = in_use(settings)
    directory = (credentials.cloud, str(credentials.tenant_id))
    if settings.tenant_id and (settings.cloud, str(settings.tenant_id)) != directory:
        # What another directory vouched for is worth nothing in this one.
        sign_ins.end_all_sessions(environment)
    settings.client_id = credentials.client_id
    settings.tenant_id = credentials.tenant_id
    settings.cloud = credentials.cloud
    settings.client_secret_expires_on = credentials.client_secret_expires_on
    settings.certificate = credentials.certificate
    settings.certificate_expires_on = credentials.certificate_expires_on
    settings.federation = credentials.federation
    if former is None or former.client_secret != credentials.client_secret:
        settings.client_secret_changed_at = timezone.now()
        settings.client_secret = (
            encryption.encrypt(environment, credentials.client_secret)
            if credentials.client_secret
            else ""
        )
    settings.certificate_key = (
        encryption.encrypt(environment, credentials.certificate_key)
        if credentials.certificate_key
        else ""
    )
    settings.pending = ""


@without_variables
def let_wait(settings: EntraConnection, credentials: Credentials) -> None:
    """Keep credentials until a test sign-in succeeds with them, unsaved."""
    text = json.dumps(_revealed(credentials), default=str)
    settings.pending = encryption.encrypt(settings.environment, text)


@without_variables
def with_certificate(credentials: Credentials) -> Credentials:
    """Return credentials with a new certificate in place of what they had."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "entra_scim")])
    now = timezone.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + _CERTIFICATE_LIFETIME)
        .sign(key, SHA256())
    )
    return dataclasses.replace(
        credentials,
        client_secret=Secret(""),
        client_secret_expires_on=None,
        certificate=certificate.public_bytes(Encoding.PEM).decode(),
        certificate_key=Secret(
            key.private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            ).decode()
        ),
        certificate_expires_on=(now + _CERTIFICATE_LIFETIME).date(),
        federation="",
    )


def with_federation(credentials: Credentials, kind: str) -> Credentials:
    """Return credentials with an issuer's assertions in place of what they had."""
    return Credentials(
        client_id=credentials.client_id,
        tenant_id=credentials.tenant_id,
        cloud=credentials.cloud,
        federation=kind,
    )


def _revealed(credentials: Credentials) -> dict[str, Any]:
    values = dataclasses.asdict(credentials)
    return values | {name: values[name].reveal() for name in _SECRET}
