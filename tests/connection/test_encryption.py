"""Secrets at rest."""

from __future__ import annotations

import io
import uuid

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from entra_scim.connection import configuration, credentials, encryption
from entra_scim.models import EntraConnection


@pytest.fixture
def keys():
    return [Fernet.generate_key().decode() for _ in range(2)]


@pytest.mark.django_db
def test_a_secret_comes_back_for_its_environment_only(contoso, fabrikam):
    """A value copied into another environment's row is of no use."""
    token = encryption.encrypt(contoso, "the secret")

    assert "the secret" not in token
    assert encryption.decrypt(contoso, token) == "the secret"
    with pytest.raises(encryption.Unreadable):
        encryption.decrypt(fabrikam, token)


@pytest.mark.django_db
def test_a_lost_key_is_told(contoso, settings):
    """Never the ciphertext in place of the secret."""
    token = encryption.encrypt(contoso, "the secret")
    settings.SECRET_KEY = "another"

    with pytest.raises(encryption.Unreadable):
        encryption.decrypt(contoso, token)
    with pytest.raises(encryption.Unreadable):
        encryption.decrypt(contoso, "no token")


@pytest.mark.django_db
def test_former_secret_keys_still_decrypt(contoso, settings):
    """Rotating SECRET_KEY loses nothing while the former is a fallback."""
    token = encryption.encrypt(contoso, "the secret")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"

    assert encryption.decrypt(contoso, token) == "the secret"


@pytest.mark.django_db
def test_keys_of_their_own_can_be_rotated(contoso, settings, keys):
    """The newest key encrypts; the old one decrypts for as long as it is there."""
    old, new = keys
    settings.ENTRA_SCIM_ENCRYPTION_KEYS = [old]
    before = encryption.encrypt(contoso, "the secret")
    settings.ENTRA_SCIM_ENCRYPTION_KEYS = [new, old]
    after = encryption.encrypt(contoso, "the secret")
    assert encryption.decrypt(contoso, before) == "the secret"

    settings.ENTRA_SCIM_ENCRYPTION_KEYS = [new]

    assert encryption.decrypt(contoso, after) == "the secret"
    with pytest.raises(encryption.Unreadable):
        encryption.decrypt(contoso, before)


@given(st.text())
def test_any_text_comes_back(text):
    """Whatever a secret is made of."""

    class Environment:
        pk = 1

    assert (
        encryption.decrypt(Environment, encryption.encrypt(Environment, text)) == text
    )


def connect(environment, secret):
    configuration.save(
        configuration.connection_of(environment),
        client_id=uuid.uuid4(),
        tenant_id=uuid.uuid4(),
        cloud="global",
        client_secret=secret,
        client_secret_expires_on=None,
    )


def secret_of(environment):
    used = credentials.in_use(configuration.connection_of(environment))
    return used and used.client_secret.reveal()


@pytest.mark.django_db
def test_old_keys_can_go_after_reencryption(contoso, fabrikam, settings, keys):
    """What waits for a test is encrypted anew as well."""
    old, new = keys
    settings.ENTRA_SCIM_ENCRYPTION_KEYS = [old]
    connect(contoso, "Contoso's")
    connect(fabrikam, "Fabrikam's")
    now = timezone.now()
    EntraConnection.objects.for_environment(contoso).update(
        activated_at=now, confirmed_at=now
    )
    connect(contoso, "Contoso's next")
    settings.ENTRA_SCIM_ENCRYPTION_KEYS = [new, old]

    call_command("entra_reencrypt", stdout=io.StringIO())

    settings.ENTRA_SCIM_ENCRYPTION_KEYS = [new]
    assert secret_of(contoso) == "Contoso's"
    assert secret_of(fabrikam) == "Fabrikam's"
    waiting = credentials.waiting(configuration.connection_of(contoso))
    assert waiting.client_secret.reveal() == "Contoso's next"


@pytest.mark.django_db
def test_reencryption_names_what_no_key_reads(contoso, fabrikam, settings, keys):
    """And loses nothing: the key may come back."""
    lost, new = keys
    settings.ENTRA_SCIM_ENCRYPTION_KEYS = [lost]
    connect(contoso, "Contoso's")
    settings.ENTRA_SCIM_ENCRYPTION_KEYS = [new]
    connect(fabrikam, "Fabrikam's")

    with pytest.raises(CommandError, match=str(contoso)):
        call_command("entra_reencrypt", stdout=io.StringIO())

    assert secret_of(fabrikam) == "Fabrikam's"
    settings.ENTRA_SCIM_ENCRYPTION_KEYS = [lost]
    assert secret_of(contoso) == "Contoso's"
