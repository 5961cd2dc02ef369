"""Who changes what opens a way in proves first who they are, and guesses nothing."""

from __future__ import annotations

import datetime
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from entra_scim.models import AccessKey, ProvisioningEvent
from entra_scim.sign_in import sessions
from entra_scim.story.sentences import sentence_of
from tests.support.activation import connection_of, post_activation, try_sign_in
from tests.support.factories import UserFactory
from tests.support.sign_in import Browser, activate, connect
from tests.support.tab import saved, tab, text_of

pytestmark = pytest.mark.django_db

MODEL = "django.contrib.auth.backends.ModelBackend"


def age(client, minutes=11):
    """Let a session be as if its user had signed in a while ago."""
    session = client.session
    session[sessions.PROVED_AT] = time.time() - 60 * minutes
    session.save()


@pytest.fixture
def client(browser, admin):
    """The Admin's browser, who signed in with a password a while ago."""
    client = Client()
    client.force_login(admin, backend=MODEL)
    age(client)
    return client


def connection_form(entra, **changes):
    return saved(
        client_id=entra.client_id, tenant_id=entra.tenant_id, cloud="local", **changes
    )


def no_key(environment):
    return not AccessKey.objects.for_environment(environment).exists()


def not_connected(environment):
    return connection_of(environment).client_id is None


def still_active(environment):
    return connection_of(environment).activated_at is not None


def no_certificate(environment):
    return connection_of(environment).certificate == ""


@pytest.mark.parametrize("password", ["", "wrong", "secret"])
@pytest.mark.parametrize("action", ["key", "connection", "certificate", "deactivate"])
def test_what_needs_a_password(contoso, entra, client, action, password):
    if action in ("certificate", "deactivate"):
        connect(contoso, entra)
    if action == "deactivate":
        activate(contoso)
    path, data, is_unchanged = {
        "key": ("keys/", {}, no_key),
        "connection": (
            "connection/",
            connection_form(entra, client_secret=entra.secret),
            not_connected,
        ),
        "certificate": ("sign-in/certificate/", {}, no_certificate),
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


class TestWhoSignsInWithEntra:
    @pytest.fixture
    def gated(self, connected, boss):
        """Bob's browser, who administers Contoso, and who came with Entra long ago."""
        activate(connected)
        AccessKey.objects.update(last_used_at=timezone.now())
        browser = Browser()
        browser.sign_in()
        age(browser.client)
        return browser

    @pytest.fixture(autouse=True)
    def urls(self, browser):
        """The addresses of these tests."""

    def test_signs_in_again(self, connected, gated, entra):
        """With credentials, though Entra knows them."""
        before = AccessKey.objects.count()
        refused = gated.client.post(tab(connected, "keys/"), follow=True)
        assert "Sign in with Microsoft Entra again first" in text_of(refused)
        assert AccessKey.objects.count() == before
        [address] = {
            part.partition('"')[0].replace("&amp;", "&")
            for part in refused.content.decode().split('href="')
            if "again=1" in part.partition('"')[0]
        }

        to_entra = gated.client.get(address)["Location"]
        assert parse_qs(urlsplit(to_entra).query)["prompt"] == ["login"]
        back = gated.come_back(gated.at_entra(to_entra))

        assert back["Location"] == tab(connected)
        gated.client.post(tab(connected, "keys/"))
        assert AccessKey.objects.count() == before + 1

    @pytest.mark.parametrize("auth_time", [None, "old", "1"])
    def test_takes_the_question_out_of_the_address(
        self, connected, gated, entra, auth_time
    ):
        """Whoever does not show that Entra asked anew proves nothing."""
        before = AccessKey.objects.count()
        if auth_time == "old":
            auth_time = int(time.time()) - 60 * 10
        address = gated.start(connected, again="1", next=tab(connected))
        assert parse_qs(urlsplit(address).query)["max_age"] == ["0"]
        taken_out = address.replace("prompt=login", "").replace("max_age=0", "")
        entra.keys.changed_claims["auth_time"] = auth_time

        page = gated.come_back(gated.at_entra(taken_out))

        assert page.status_code == 400
        assert "did not confirm that you entered" in " ".join(
            page.content.decode().split()
        )
        assert tab(connected) in page.content.decode()
        event = ProvisioningEvent.objects.get(reason="not_asked")
        assert "optional claim auth_time" in sentence_of(event)
        gated.client.post(tab(connected, "keys/"))
        assert AccessKey.objects.count() == before

    def test_is_not_believed_without_the_time(self, connected, gated):
        """A fresh sign-in, of which Entra does not say whether it asked."""
        before = AccessKey.objects.count()

        gated.sign_in()
        gated.client.post(tab(connected, "keys/"))

        assert AccessKey.objects.count() == before

    def test_has_no_other_password(self, connected, gated):
        before = AccessKey.objects.count()

        gated.client.post(tab(connected, "keys/"), {"own_password": "secret"})

        assert AccessKey.objects.count() == before

    @pytest.mark.parametrize(("minutes", "made"), [(1, 1), (11, 0)])
    def test_what_entra_says_counts(
        self,
        connected,
        gated,
        entra,
        minutes,
        made,
    ):
        """Who takes the parameter out of the address comes back without a proof."""
        before = AccessKey.objects.count()
        entra.keys.changed_claims["auth_time"] = int(time.time()) - 60 * minutes

        gated.sign_in()
        gated.client.post(tab(connected, "keys/"))

        assert AccessKey.objects.count() == before + made


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
