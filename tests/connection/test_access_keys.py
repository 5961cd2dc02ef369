"""Access keys: what they open, and until when."""

from __future__ import annotations

import datetime
import logging
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from entra_scim.connection import access_keys
from entra_scim.connection.admission import LookUp
from entra_scim.models import AccessKey, ProvisioningEvent
from entra_scim.text import comparison_keys
from tests.support.refusing_database import refuse_writes
from tests.support.tab import tab, text_of

pytestmark = pytest.mark.django_db


def test_a_key_has_256_bits_a_prefix_and_a_checksum(contoso):
    """A scanner can recognise a leaked key, and a slip of the pen is not a key."""
    key, secret = access_keys.create(contoso)

    assert secret.startswith("entra_scim_")
    assert len(secret) == 60
    assert access_keys.is_well_formed(secret)
    other = "0" if secret[20] != "0" else "1"
    assert not access_keys.is_well_formed(secret[:20] + other + secret[21:])
    assert not access_keys.is_well_formed(secret + "0")
    assert not access_keys.is_well_formed("entra_scim_")
    assert key.hint == secret[: len(key.hint)]


def test_the_secret_is_stored_nowhere(contoso):
    """The database has a digest and a hint, and so have repr and events."""
    key, secret = access_keys.create(contoso)
    key.refresh_from_db()

    kept = [str(value) for value in vars(key).values()] + [repr(key), str(key)]
    kept += [str(vars(event)) for event in ProvisioningEvent.objects.all()]
    assert secret not in " ".join(kept)
    assert secret[20:] not in " ".join(kept)


@pytest.mark.parametrize(
    "environment_id", ["{foreign}", "", "0{own}", "{own}abc", "{own}.0", "9" * 40, "\0"]
)
def test_a_key_opens_its_own_environment_only(contoso, fabrikam, environment_id):
    """No spelling of another environment, or of none, is the key's own."""
    _key, secret = access_keys.create(contoso)
    text = environment_id.format(own=contoso.pk, foreign=fabrikam.pk)

    assert access_keys.authenticate(text, secret) is None
    assert access_keys.authenticate(str(contoso.pk), secret) is not None


def test_several_keys_live_at_once(contoso):
    """Creating a key revokes no other."""
    secrets = [access_keys.create(contoso)[1] for _ in range(3)]

    for secret in secrets:
        assert access_keys.authenticate(str(contoso.pk), secret)


def test_the_first_use_of_a_key_starts_the_end_of_older_ones(contoso, fabrikam):
    """Older keys live on for a day; newer ones and those of others are left alone."""
    soon = timezone.now() + datetime.timedelta(hours=1)
    ending, _ = access_keys.create(contoso, expires_at=soon)
    old, _ = access_keys.create(contoso)
    key, _ = access_keys.create(contoso)
    newer, _ = access_keys.create(contoso)
    foreign, _ = access_keys.create(fabrikam)

    access_keys.note_use(key)

    now = timezone.now()
    old.refresh_from_db()
    assert old.is_usable(now + datetime.timedelta(hours=23))
    assert not old.is_usable(now + datetime.timedelta(hours=25))
    ending.refresh_from_db()
    assert ending.ends_at == soon
    for other in (key, newer, foreign):
        other.refresh_from_db()
        assert other.ends_at is None


class TestReplacing:
    """A new key was used; which one does Entra have?"""

    def use(self, key, **ago):
        """Use a key as if the last use of every key had been some time ago."""
        past = datetime.timedelta(**ago)
        for one in AccessKey.objects.all():
            for field in ("replaced_at", "first_used_at", "last_used_at", "created_at"):
                if value := getattr(one, field):
                    setattr(one, field, value - past)
            one.save()
        key.refresh_from_db()
        access_keys.note_use(key)
        key.refresh_from_db()

    @pytest.fixture
    def old(self, contoso):
        key, _ = access_keys.create(contoso)
        self.use(key)
        return key

    @pytest.fixture
    def new(self, contoso, old):
        key, _ = access_keys.create(contoso)
        return key

    def warned(self, contoso):
        comparison_keys = AccessKey.objects.for_environment(contoso)
        return list(comparison_keys.used_though_replaced(timezone.now()))

    def test_a_connection_test_does_not_end_the_key_in_use(self, contoso, old, new):
        """One probe with a key that nobody saved; Entra goes on with the other."""
        self.use(new, minutes=5)
        assert self.warned(contoso) == []

        for _cycle in range(80):
            self.use(old, minutes=40)
            assert old.is_usable(timezone.now())

        assert self.warned(contoso) == [old]
        assert AccessKey.objects.usable(timezone.now()).count() == 2

    def test_a_key_that_is_used_no_more_ends(self, contoso, old, new):
        self.use(new, minutes=5)
        self.use(old, minutes=40)
        self.use(new, minutes=40)
        assert self.warned(contoso) == []

        self.use(new, hours=24)

        old.refresh_from_db()
        assert not old.is_usable(timezone.now())
        assert list(AccessKey.objects.usable(timezone.now())) == [new]

    def test_a_replaced_key_that_somebody_else_has_is_told(
        self, contoso, fabrikam, old, new, admin
    ):
        """It would live on with one use a day, and nobody would notice."""
        self.use(new, minutes=5)
        self.use(new, hours=23)
        assert self.beside(contoso) == []
        for _day in range(2):
            self.use(old, minutes=10)
            assert self.beside(contoso) == []  # Entra may have gone back to it
            self.use(new, minutes=150)
            self.use(new, hours=20)

        assert self.beside(contoso) == [old]
        assert self.beside(fabrikam) == []
        assert self.warned(contoso) == []
        client = Client()
        client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
        told = f"The access key {old} is still used, though Entra uses a newer one."
        assert told in text_of(client.get(tab(contoso)))
        front_page = text_of(client.get(reverse("admin:index")))
        assert "Somebody else may have it" in front_page
        access_keys.revoke(old)
        assert self.beside(contoso) == []

    def beside(self, environment):
        keys = AccessKey.objects.for_environment(environment)
        return list(keys.used_beside_a_newer(timezone.now()))

    def test_revoking_the_probe_lets_the_used_key_stay(self, contoso, old, new):
        self.use(new, minutes=5)
        self.use(old, minutes=40)

        access_keys.revoke(new)

        old.refresh_from_db()
        assert old.ends_at is None
        assert self.warned(contoso) == []

    def test_revoking_a_leaked_key_brings_no_other_back(self, contoso, old, new):
        self.use(new, minutes=5)
        self.use(new, minutes=40)

        access_keys.revoke(new)

        old.refresh_from_db()
        assert old.ends_at is not None

    def test_another_environment_s_keys_are_left_alone(self, contoso, fabrikam, old):
        foreign, _ = access_keys.create(fabrikam)

        self.use(foreign)
        access_keys.revoke(foreign)

        old.refresh_from_db()
        assert old.replaced_at is None
        assert self.warned(contoso) == self.warned(fabrikam) == []


def test_later_uses_end_nothing(contoso):
    """Using a key again does not end one that was made in between."""
    key, _ = access_keys.create(contoso)
    access_keys.note_use(key)
    key.refresh_from_db()
    older = AccessKey.objects.create(
        environment=contoso,
        digest="0" * 64,
        hint="x",
        created_at=key.created_at - datetime.timedelta(days=1),
    )

    access_keys.note_use(key)

    older.refresh_from_db()
    assert older.ends_at is None


def test_use_is_written_at_most_once_a_minute(contoso):
    """Entra's 25 requests a second cost one write a minute."""
    key, secret = access_keys.create(contoso)
    access_keys.note_use(key)
    key.refresh_from_db()

    with CaptureQueriesContext(connection) as queries:
        access_keys.note_use(key)
    assert len(queries) == 0

    past = key.last_used_at - datetime.timedelta(minutes=2)
    AccessKey.objects.update(last_used_at=past)
    key.refresh_from_db()
    other = AccessKey.objects.get()  # as another request read it at the same time
    access_keys.note_use(key)
    key.refresh_from_db()
    noted = key.last_used_at
    assert noted > past
    access_keys.note_use(other)
    key.refresh_from_db()
    assert key.last_used_at == noted
    assert access_keys.authenticate(str(contoso.pk), secret)


def test_a_revoked_key_opens_nothing(contoso):
    """Revoking works at once, and leaves one event however often it is done."""
    key, secret = access_keys.create(contoso)

    access_keys.revoke(key)
    access_keys.revoke(key)

    assert access_keys.authenticate(str(contoso.pk), secret) is None
    kind = ProvisioningEvent.Kind.KEY_REVOKED
    assert ProvisioningEvent.objects.filter(kind=kind).count() == 1


def test_a_key_that_was_deleted_opens_nothing(contoso):
    key, secret = access_keys.create(contoso)
    key.delete()

    assert access_keys.authenticate(str(contoso.pk), secret) is None


@pytest.mark.django_db(transaction=True)
def test_a_use_that_cannot_be_noted_refuses_nothing(scim, caplog):
    """A database that only reads still answers Entra."""
    refuse_writes()

    answer = scim.get("/Users")

    connection.close()  # with that setting
    assert answer.status_code == 200
    assert "Could not note the use of access key" in caplog.text


def test_an_expired_key_opens_nothing(contoso):
    """A key expires at its time."""
    over = timezone.now() - datetime.timedelta(seconds=1)
    _key, secret = access_keys.create(contoso, expires_at=over)

    assert access_keys.authenticate(str(contoso.pk), secret) is None


def test_the_secret_is_never_logged(contoso, caplog, scim):
    """Not even at the lowest level, when a request comes in with it."""
    caplog.set_level(logging.DEBUG)

    scim.get("/Users")

    assert scim.key not in caplog.text


def test_a_key_lets_in_with_whom_it_asks_for(contoso, fabrikam, scim):
    """In one statement, and never somebody of another environment."""
    person = scim.post(
        "/Users", {"userName": "ann@contoso.example", "externalId": "A"}
    ).json()["id"]
    _, own = access_keys.create(contoso)
    _, foreign = access_keys.create(fabrikam)
    look_ups = [
        LookUp("id", uuid.UUID(person)),
        LookUp("user_name_key", comparison_keys.user_name_key("Ann@contoso.example")),
        LookUp("external_id_key", comparison_keys.external_id_key("A")),
    ]

    for look_up in look_ups:
        found = access_keys.authenticate(str(contoso.pk), own, look_up)
        assert str(found.person.pk) == person
        assert found.person.environment == found.key.environment == contoso
        assert found.person.attributes["userName"] == "ann@contoso.example"
        assert timezone.is_aware(found.person.created)
        elsewhere = access_keys.authenticate(str(fabrikam.pk), foreign, look_up)
        assert elsewhere.person is None
        assert elsewhere.key.environment == fabrikam
        assert access_keys.authenticate(str(fabrikam.pk), own, look_up) is None
