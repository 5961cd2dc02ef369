"""A trial, which somebody confirms or which ends by itself."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from entra_scim.activation import lifecycle
from entra_scim.connection import configuration, credentials
from entra_scim.models import EntraConnection, ProvisioningEvent
from entra_scim.story import notifications
from tests.support.activation import connection_of, post_activation, try_sign_in
from tests.support.factories import UserFactory
from tests.support.sign_in import Browser, connect
from tests.support.tab import tab, text_of

pytestmark = pytest.mark.django_db


class TestTrial:
    def test_a_test_with_other_settings_does_not_count(
        self, connected, browser, admin, entra
    ):
        try_sign_in(browser, connected)
        connect(connected, entra, client_secret="another")

        post_activation(browser, connected, admin)

        assert connection_of(connected).activated_at is None

    def test_a_test_of_long_ago_does_not_count(self, connected, browser, admin):
        try_sign_in(browser, connected)
        EntraConnection.objects.update(
            tested_at=timezone.now() - datetime.timedelta(hours=25)
        )

        post_activation(browser, connected, admin)

        assert connection_of(connected).activated_at is None

    def test_a_trial_ends_by_itself(self, connected, browser, boss, admin, bob):
        """No process has to run for that. It is told once somebody looks."""
        try_sign_in(browser, connected)
        post_activation(browser, connected, admin)
        EntraConnection.objects.update(
            activated_at=timezone.now() - datetime.timedelta(minutes=31)
        )

        client = Client()
        client.post(
            "/password/", {"username": boss.get_username(), "password": "secret"}
        )

        assert client.get("/who/").json()["user"] == boss.pk
        page = client.get(tab(connected, "sign-in/"))
        assert "The last trial expired unconfirmed" in text_of(page)
        # Who looks has not turned it off.
        assert ProvisioningEvent.objects.get(kind="trial_expired").actor == ""
        assert connection_of(connected).activated_at is None

    def test_whoever_comes_too_late_tells_of_it(self, connected, boss):
        """By the link of the environment, as the administrator would."""
        lifecycle.start_trial(connection_of(connected), boss)
        long_ago = timezone.now() - datetime.timedelta(minutes=31)
        EntraConnection.objects.update(activated_at=long_ago)
        mail.outbox.clear()
        url = reverse("entra_scim_oidc:environment-sign-in", args=[connected.pk])

        assert Client().get(url).status_code == 400

        assert ProvisioningEvent.objects.filter(kind="trial_expired").count() == 1
        assert "Passwords work again" in mail.outbox[0].body

    def test_cron_tells_of_a_trial_that_is_over(self, connected):
        """Nobody has to look at the tab."""
        long_ago = timezone.now() - datetime.timedelta(minutes=31)
        EntraConnection.objects.update(activated_at=long_ago)

        call_command("entra_check_expiry")
        call_command("entra_check_expiry")

        assert ProvisioningEvent.objects.filter(kind="trial_expired").count() == 1

    def test_somebody_else_s_sign_in_confirms_nothing(
        self, connected, browser, admin, scim, ann, entra
    ):
        try_sign_in(browser, connected)
        post_activation(browser, connected, admin)
        entra.person = entra.tenant.add_person("max@contoso.example")
        scim.post(
            "/Users", {"userName": ann.email, "externalId": entra.person.object_id}
        )

        other = Browser()
        other.sign_in()

        assert other.user_id == ann.pk
        assert connection_of(connected).confirmed_at is None

    def test_began_by_the_admin_an_administrator_confirms(
        self, connected, browser, boss, admin
    ):
        """The Admin has no account at Entra."""
        try_sign_in(browser, connected)
        by_admin = Browser()
        by_admin.client.force_login(
            admin, backend="django.contrib.auth.backends.ModelBackend"
        )
        post_activation(by_admin, connected, admin)
        assert by_admin.user_id == admin.pk

        Browser().sign_in()

        assert connection_of(connected).confirmed_at

    def test_began_by_somebody_of_two_environments_an_administrator_confirms(
        self, connected, browser, boss, dave
    ):
        """Entra manages nobody who is shared, so they cannot sign in with it."""
        try_sign_in(browser, connected)
        lifecycle.start_trial(connection_of(connected), dave)
        assert "unless an administrator signs in" in mail.outbox[-1].body

        Browser().sign_in()

        assert connection_of(connected).confirmed_at

    def test_a_trial_that_nobody_could_confirm_does_not_begin(
        self, connected, browser, boss, admin
    ):
        """The Admin begins it, and no administrator has come from Entra."""
        try_sign_in(browser, connected)
        by_admin = Browser()
        by_admin.client.force_login(
            admin, backend="django.contrib.auth.backends.ModelBackend"
        )

        def obstacles():
            page = by_admin.client.get(tab(connected, "sign-in/"))
            return [obstacle.code for obstacle in page.context["obstacles"]]

        assert obstacles() == []
        boss.is_staff = False
        boss.save()
        assert obstacles() == ["unconfirmable"]
        post_activation(by_admin, connected, admin)
        assert connection_of(connected).activated_at is None

    def test_an_administrator_whom_entra_does_not_know_is_no_dead_end(
        self, connected, browser, boss, scim
    ):
        """They cannot confirm what they began, so somebody else may."""
        other = UserFactory(
            email="it@contoso.example", environment=connected, is_staff=True
        )
        lifecycle.start_trial(connection_of(connected), other)
        assert "unless an administrator signs in" in mail.outbox[-1].body

        page = Browser().sign_in()

        assert page.status_code == 302
        assert connection_of(connected).confirmed_at

    def test_a_test_confirms_a_trial(self, connected, browser, boss, admin, ann):
        """If it is that of the person whose sign-in would."""
        lifecycle.start_trial(connection_of(connected), admin)
        by_admin = Browser()
        by_admin.client.force_login(
            admin, backend="django.contrib.auth.backends.ModelBackend"
        )

        page = text_of(try_sign_in(by_admin, connected))

        assert "the test has confirmed the trial" in page
        assert connection_of(connected).confirmed_at

    def test_a_test_that_confirms_nothing_says_who_can(
        self, connected, browser, boss, scim, entra, admin
    ):
        beginner = UserFactory(
            email="it@contoso.example", environment=connected, is_staff=True
        )
        sent = {"userName": beginner.email, "externalId": str(uuid.uuid4())}
        assert scim.post("/Users", sent).status_code == 201
        beginner.refresh_from_db()
        lifecycle.start_trial(connection_of(connected), beginner)
        by_admin = Browser()
        by_admin.client.force_login(
            admin, backend="django.contrib.auth.backends.ModelBackend"
        )

        page = text_of(try_sign_in(by_admin, connected))

        assert f"not confirmed yet: {beginner} has to sign in" in page
        assert connection_of(connected).confirmed_at is None

    def test_confirming_has_a_message(self, connected, browser, boss, admin):
        try_sign_in(browser, connected)
        post_activation(browser, connected, admin)

        browser.sign_in()

        page = text_of(browser.client.get(tab(connected, "sign-in/")))
        assert "Confirmed: signing in with Microsoft Entra is active." in page


class TestWhatComesInBetween:
    """A page was opened, or a program has read the settings; then others act."""

    def test_a_change_undoes_no_activation(self, connected, entra, boss):
        """And waits for a test, as the integration is active by now."""
        read_before = connection_of(connected)
        lifecycle.start_trial(connection_of(connected), boss)
        lifecycle.note_sign_in(connection_of(connected), boss)

        change = {
            "client_id": entra.client_id,
            "tenant_id": entra.tenant_id,
            "cloud": "local",
            "client_secret": "another",
            "client_secret_expires_on": None,
        }
        configuration.save(read_before, **change)

        settings = connection_of(connected)
        assert settings.confirmed_at
        assert credentials.in_use(settings).client_secret == entra.secret
        assert credentials.waiting(settings).client_secret == "another"

    def test_a_second_activation_is_none(self, connected, boss, admin):
        read_before = connection_of(connected)
        lifecycle.start_trial(connection_of(connected), boss)
        lifecycle.note_sign_in(connection_of(connected), boss)

        lifecycle.start_trial(read_before, admin)

        assert connection_of(connected).activated_by == boss
        assert connection_of(connected).confirmed_at

    def test_of_two_sign_ins_one_confirms(self, connected, boss):
        lifecycle.start_trial(connection_of(connected), boss)
        read_before = connection_of(connected)

        assert lifecycle.note_sign_in(connection_of(connected), boss)
        assert not lifecycle.note_sign_in(read_before, boss)

        confirmed = ProvisioningEvent.objects.filter(kind="confirmed")
        assert confirmed.count() == 1

    def test_a_trial_that_was_confirmed_is_not_over(self, connected, boss):
        lifecycle.start_trial(connection_of(connected), boss)
        long_ago = timezone.now() - datetime.timedelta(minutes=31)
        EntraConnection.objects.update(activated_at=long_ago)
        read_before = connection_of(connected)
        EntraConnection.objects.update(confirmed_at=long_ago)

        lifecycle.note_trial_end(read_before)

        assert connection_of(connected).activated_at


def test_a_name_of_two_lines_is_mailed_in_one(contoso, bob):
    contoso.name = "Contoso\nBcc: evil@example.com"

    notifications.tell_administrators(contoso, "text")

    [message] = mail.outbox
    assert message.subject.endswith("Contoso Bcc: evil@example.com")
