"""Who changes what opens a way in proves first who they are, and guesses nothing."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from entra_scim.models import AccessKey, ProvisioningEvent
from entra_scim.story.sentences import sentence_of
from tests.support.activation import connection_of, post_activation, try_sign_in
from tests.support.factories import UserFactory
from tests.support.sign_in import activate, connect
from tests.support.step_up import age
from tests.support.tab import SECRET, saved, secret_of, tab, text_of

pytestmark = pytest.mark.django_db


MODEL = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def client(browser, admin):
    """The Admin's browser, who signed in with a password a while ago."""
    client = Client()
    client.force_login(admin, backend=MODEL)
    age(client)
    return client


def connection_form(entra, **changes):
    ids = {"client_id": entra.client_id, "tenant_id": entra.tenant_id, "cloud": "local"}
    return saved(**{**ids, **changes})


def no_key(environment):
    return not AccessKey.objects.for_environment(environment).exists()


def not_connected(environment):
    return connection_of(environment).client_id is None


def still_active(environment):
    return connection_of(environment).activated_at is not None


@pytest.mark.parametrize("password", ["", "wrong", "secret"])
@pytest.mark.parametrize("action", ["key", "connection", "deactivate"])
def test_what_needs_a_password(contoso, entra, client, action, password):
    if action == "deactivate":
        connect(contoso, entra)
        activate(contoso)
    path, data, is_unchanged = {
        "key": ("keys/", {}, no_key),
        "connection": (
            "connection/",
            connection_form(entra, client_secret=entra.secret),
            not_connected,
        ),
        "deactivate": ("sign-in/deactivate/", {}, still_active),
    }[action]
    assert is_unchanged(contoso)

    page = client.post(
        tab(contoso, path), {**data, "own_password": password}, follow=True
    )

    assert is_unchanged(contoso) == (password != "secret")
    assert ("Nothing was changed" in text_of(page)) == (password != "secret")
    wrong = ProvisioningEvent.objects.filter(kind="wrong_password").count()
    assert wrong == (password == "wrong")


@pytest.mark.parametrize("changed", ["client_id", "tenant_id", "cloud"])
def test_other_ids_need_one(contoso, entra, client, changed):
    connect(contoso, entra)
    before = connection_of(contoso).pending
    other = "global" if changed == "cloud" else str(uuid.uuid4())

    page = client.post(
        tab(contoso, "connection/"), connection_form(entra, **{changed: other})
    )

    assert "Enter your own password" in text_of(page)
    assert str(getattr(connection_of(contoso), changed)) == str(
        getattr(entra, changed, "local")
    )
    assert connection_of(contoso).pending == before


def test_what_the_product_proves_itself_with_needs_none(contoso, entra, client):
    """It opens no way in, and is needed when nobody can sign in to prove anything."""
    connect(contoso, entra, client_secret="former")

    client.post(tab(contoso, "connection/"), connection_form(entra))
    assert secret_of(connection_of(contoso)) == SECRET

    client.post(tab(contoso, "sign-in/certificate/"))
    assert connection_of(contoso).certificate


def test_what_was_typed_is_kept(contoso, entra, client):
    form = connection_form(entra, client_secret="typed-secret")

    page = client.post(tab(contoso, "connection/"), form)

    assert entra.client_id in page.content.decode()
    assert "typed-secret" not in page.content.decode()
    assert "Enter your own password" in text_of(page)


def test_a_proof_lasts_for_minutes(contoso, client):
    client.post(tab(contoso, "keys/"), {"own_password": "secret"})
    client.post(tab(contoso, "keys/"))
    assert AccessKey.objects.count() == 2
    assert "Your own password" not in text_of(client.get(tab(contoso)))

    age(client)

    client.post(tab(contoso, "keys/"))
    assert AccessKey.objects.count() == 2
    assert "Your own password" in text_of(client.get(tab(contoso)))


def test_who_has_just_signed_in_is_asked_nothing(contoso, admin):
    client = Client()
    client.force_login(admin, backend=MODEL)

    client.post(tab(contoso, "keys/"))

    assert AccessKey.objects.count() == 1


def test_guesses_end(contoso, client):
    """Even a right password is not looked at after that, in any session."""
    for _number in range(5):
        client.post(tab(contoso, "keys/"), {"own_password": "guess"})
    page = client.post(tab(contoso, "keys/"), {"own_password": "secret"}, follow=True)

    assert "Too many wrong passwords" in text_of(page)
    assert AccessKey.objects.count() == 0
    events = ProvisioningEvent.objects.filter(kind="wrong_password")
    assert len(events) == 5
    assert "entered a wrong password in the tab" in sentence_of(events[0])
    ProvisioningEvent.objects.update(at=timezone.now() - datetime.timedelta(minutes=16))

    client.post(tab(contoso, "keys/"), {"own_password": "secret"})

    assert AccessKey.objects.count() == 1


def test_guesses_count_in_all_environments(
    several_environments, contoso, fabrikam, client
):
    for environment in (contoso, fabrikam, contoso, fabrikam, contoso):
        client.post(tab(environment, "keys/"), {"own_password": "guess"})

    page = client.post(tab(fabrikam, "keys/"), {"own_password": "secret"}, follow=True)

    assert "Too many wrong passwords" in text_of(page)


def test_somebody_without_a_password(contoso, client, admin):
    admin.set_unusable_password()
    admin.save()
    client.force_login(admin, backend=MODEL)
    age(client)

    page = client.post(tab(contoso, "keys/"), {"own_password": ""}, follow=True)

    assert "Sign out and sign in again first" in text_of(page)
    assert AccessKey.objects.count() == 0


class TestThePasswordOfTheAdmin:
    @pytest.fixture
    def visitor(self, connected, boss, browser):
        browser.client.force_login(boss, backend=MODEL)
        try_sign_in(browser, connected)
        return browser

    def test_guesses_end_and_leave_events(self, connected, visitor, admin):
        for _number in range(5):
            page = post_activation(visitor, connected, admin, admin_password="guess")
            assert "not the username and password" in text_of(page)

        page = post_activation(visitor, connected, admin)

        assert "Too many wrong passwords" in text_of(page)
        assert connection_of(connected).activated_at is None
        events = ProvisioningEvent.objects.filter(kind="wrong_password")
        assert {event.user_id for event in events} == {visitor.user_id}
        assert events.count() == 5
        assert "guess" not in str([vars(event) for event in events])

    def test_several_visitors_guess_no_more(self, connected, visitor, admin):
        for number in range(20):
            guesser = UserFactory(email=f"guesser{number}@contoso.example")
            ProvisioningEvent.objects.create(
                environment=connected, kind="wrong_password", user=guesser
            )

        page = post_activation(visitor, connected, admin)

        assert "Too many wrong passwords" in text_of(page)

    @pytest.mark.parametrize(
        "changes", [{"understood": ""}, {"acknowledged": "77"}, {"acknowledged": ""}]
    )
    def test_is_looked_at_last(self, connected, visitor, admin, changes):
        """What is wrong besides does not tell whether the password is right."""
        pages = [
            text_of(
                post_activation(
                    visitor, connected, admin, admin_password=password, **changes
                )
            )
            for password in ("secret", "wrong")
        ]

        assert not ProvisioningEvent.objects.filter(kind="wrong_password").exists()
        assert not any("not the username and password" in page for page in pages)

    def test_a_right_one_leaves_no_event(self, connected, visitor, admin):
        assert post_activation(visitor, connected, admin).status_code == 302

        assert not ProvisioningEvent.objects.filter(kind="wrong_password").exists()

    def test_an_admin_whom_entra_manages_proves_nothing(
        self,
        connected,
        visitor,
        admin,
        ann,
        scim,
    ):
        """The directory could keep them out."""
        scim.post("/Users", {"userName": ann.email, "externalId": "a"})
        get_user_model().objects.filter(pk=ann.pk).update(is_superuser=True)
        ann.refresh_from_db()

        page = post_activation(visitor, connected, ann)

        assert "not the username and password" in text_of(page)
        assert connection_of(connected).activated_at is None
