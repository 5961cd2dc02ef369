"""Secrets at rest, bound to the environment that they belong to.

Fernet authenticates what it encrypts but not where that is stored: a value copied
into another environment's row would decrypt there. So the environment is part of
what is encrypted, and compared.
"""

from __future__ import annotations

import base64
import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from entra_scim.conf import conf
from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.secrecy.hiding import Secret, without_variables

_PURPOSE = b"entra_scim.encryption.v1"


class Unreadable(Exception):
    """A value was encrypted with a key that is lost, or for another environment."""


@without_variables
def encrypt(environment: AnyEnvironment, text: Secret | str) -> str:
    """Return a text encrypted with the newest key, for one environment."""
    return _encrypt({"environment": str(environment.pk)}, Secret(text))


@without_variables
def decrypt(environment: AnyEnvironment, token: str) -> str:
    """Return the text that was encrypted for an environment.

    Raises:
        Unreadable: No key fits, or the value is another environment's. Ask for
            the secret again; there is no other way to it.
    """
    return _decrypt({"environment": str(environment.pk)}, token)


def renewed(token: str) -> str:
    """Return an encrypted text encrypted anew, with the newest key.

    Raises:
        Unreadable: No key fits.
    """
    try:
        return _fernet().rotate(token.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


@without_variables
def seal(purpose: str, text: Secret | str) -> str:
    """Return a text encrypted with the newest key, for one purpose."""
    return _encrypt({"purpose": purpose}, Secret(text))


@without_variables
def unseal(purpose: str, token: str) -> str:
    """Return the text that was sealed for a purpose.

    Raises:
        Unreadable: No key fits, or the value is for another purpose.
    """
    return _decrypt({"purpose": purpose}, token)


@without_variables
def _encrypt(bound_to: dict[str, str], text: Secret) -> str:
    plain = json.dumps({**bound_to, "text": text.reveal()})
    return _fernet().encrypt(plain.encode()).decode()


@without_variables
def _decrypt(bound_to: dict[str, str], token: str) -> str:
    try:
        plain = json.loads(_fernet().decrypt(token.encode()))
    except (InvalidToken, UnicodeEncodeError):
        raise Unreadable from None
    text = str(plain.pop("text"))
    if plain != bound_to:
        raise Unreadable
    return text


def _fernet() -> MultiFernet:
    """Return the keys in use, newest first.

    Raises:
        ValueError: A key of ``ENTRA_SCIM_ENCRYPTION_KEYS`` is not a Fernet key.
    """
    if conf.ENCRYPTION_KEYS:
        return MultiFernet([Fernet(key) for key in conf.ENCRYPTION_KEYS])
    return MultiFernet(
        [
            Fernet(_derived(secret))
            for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        ]
    )


def _derived(secret: str | bytes) -> bytes:
    material = secret.encode() if isinstance(secret, str) else secret
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
    return base64.urlsafe_b64encode(derivation.derive(material))
