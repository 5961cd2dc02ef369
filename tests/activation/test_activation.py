"""From passwords to Entra, on trial first, and back."""

from __future__ import annotations

import datetime
import uuid
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from entra_scim.activation import lifecycle, shut_out
from entra_scim.connection import configuration, credentials
from entra_scim.models import AccessKey, EntraConnection, ProvisioningEvent
from entra_scim.story import notifications
from tests.admin.test_tab import client_for, saved, tab, text_of
from tests.support.factories import UserFactory
from tests.support.sign_in import Browser, activate, connect

pytestmark = pytest.mark.django_db


def connection_of(environment):
    return configuration.connection_of(environment)


@pytest.fixture
def browser(browser, boss):
    """Bob's browser, where he is signed in with his password."""
    browser.client.force_login(
        boss, backend="django.contrib.auth.backends.ModelBackend"
    )
    return browser


def try_sign_in(browser, environment):
    """Go through the tab's test, and return the page that it ends on."""
    begun = browser.client.get(tab(environment, "sign-in/test/"))
    assert begun.status_code == 302
    to_entra = browser.client.get(begun["Location"])
    if to_entra.status_code != 302:
        return to_entra
    return browser.come_back(browser.at_entra(to_entra["Location"]))


def post_activation(browser, environment, admin, **changes):
    page = browser.client.get(tab(environment, "sign-in/"))
    return browser.client.post(
        tab(environment, "sign-in/activate/"),
        {
            "acknowledged": page.context["locked_out"].count,
            "understood": "on",
            "admin_username": admin.get_username(),
            "admin_password": "secret",
            **changes,
        },
    )


class TestTesting:
    def test_shows_what_came_back_and_changes_no_session(
        self, connected, browser, boss, entra
    ):
        before = dict(browser.client.session.items())
        entra.application.assign(entra.person, entra.application.add_role("Viewer"))

        page = text_of(try_sign_in(browser, connected))

        assert "The test succeeded" in page
        assert entra.tenant_id in page
        assert "Viewer" in page
        assert boss.email in page
        after = dict(browser.client.session.items())
        assert {k: v for k, v in after.items() if k in before} == before
        assert connection_of(connected).tested_at
        assert ProvisioningEvent.objects.filter(kind="sign_in_tested").count() == 1

    def test_somebody_who_is_not_provisioned(self, connected, browser, entra):
        """Entra works, and what to change is said."""
        entra.person = entra.tenant.add_person("max@contoso.example")

        page = text_of(try_sign_in(browser, connected))

        assert "Nobody was provisioned here with this object ID" in page
        assert connection_of(connected).tested_at is None

    def test_a_wrong_secret(self, connected, browser, entra):
        entra.new_secret()

        page = try_sign_in(browser, connected)

        assert page.status_code == 400
        assert "The client secret is wrong" in page.content.decode()
        assert "Ask your administrator" not in page.content.decode()

    def test_somebody_whom_entra_no_longer_manages(self, connected, browser, boss):
        """A test says no more than a sign-in would."""
        boss.is_superuser = True
        boss.save()

        page = text_of(try_sign_in(browser, connected))

        assert "Entra no longer manages this account" in page
        assert connection_of(connected).tested_at is None

    def test_needs_the_tab(self, connected, browser, contoso):
        """Nobody else can test, and not another environment."""
        url = reverse("entra_scim_oidc:test", args=[str(connected.pk)])

        assert Client().get(url).status_code == 400
        assert browser.client.get(url).status_code == 400

    def test_not_without_credentials(self, contoso, browser):
        page = try_sign_in(browser, contoso)

        assert "The connection is not complete" in page.content.decode()


class TestActivation:
    def test_what_is_missing_is_listed(self, contoso, browser, admin):
        AccessKey.objects.update(last_used_at=None)

        page = browser.client.get(tab(contoso, "sign-in/"))

        codes = [obstacle.code for obstacle in page.context["obstacles"]]
        assert codes == ["credentials", "test", "contact"]
        post_activation(browser, contoso, admin)
        assert connection_of(contoso).activated_at is None

    def test_what_is_missing_is_said_in_its_own_words(
        self, connected, browser, contoso, settings
    ):
        """No secret is asked for where there is a certificate."""

        def missing():
            page = browser.client.get(tab(contoso, "sign-in/"))
            return [str(o.message) for o in page.context["obstacles"]][:1]

        EntraConnection.objects.update(client_secret_expires_on="2020-01-31")
        assert missing() == ["The client secret has expired."]
        configuration.change(
            connection_of(contoso),
            credentials.with_certificate(credentials.in_use(connection_of(contoso))),
        )
        soon = timezone.localdate() + datetime.timedelta(days=9)
        EntraConnection.objects.update(certificate_expires_on=soon)
        try_sign_in(browser, contoso)
        EntraConnection.objects.update(
            tested_at=timezone.now(),
            tested_fingerprint=credentials.in_use(connection_of(contoso)).fingerprint,
        )
        page = text_of(browser.client.get(tab(contoso, "sign-in/")))
        assert "The certificate expires within 30 days." in page
        EntraConnection.objects.update(certificate_expires_on="2020-01-31")
        assert missing() == ["The certificate has expired."]
        steps = browser.client.get(tab(contoso)).context["steps"]
        assert "Make a new certificate" in str(steps[0].todo)

    def test_entra_that_was_never_there_has_missed_no_cycle(
        self, connected, browser, contoso
    ):
        try_sign_in(browser, connected)
        AccessKey.objects.update(last_used_at=None)
        page = text_of(browser.client.get(tab(contoso, "sign-in/")))
        assert "Entra has not made contact yet." in page
        assert "two cycles" not in page

        long_ago = timezone.now() - datetime.timedelta(hours=2)
        AccessKey.objects.update(last_used_at=long_ago)
        page = text_of(browser.client.get(tab(contoso, "sign-in/")))
        assert "not been in contact for more than two cycles" in page

    def test_a_trial_names_who_confirms_it(self, connected, browser, boss, admin):
        """On the page and in the mail."""
        client = client_for(admin)
        lifecycle.start_trial(connection_of(connected), boss)
        page = text_of(client.get(tab(connected, "sign-in/")))
        assert f"unless {boss} signs in with Entra before then" in page
        assert f"unless {boss} signs in" in mail.outbox[-1].body

        lifecycle.deactivate(connection_of(connected))
        lifecycle.start_trial(connection_of(connected), admin)
        page = text_of(client.get(tab(connected, "sign-in/")))
        assert "unless an administrator signs in with Entra before then" in page

    def test_from_trial_to_active(self, connected, browser, boss, admin, ann):
        """Bob activates, is out, signs in with Entra, and so confirms."""
        try_sign_in(browser, connected)
        page = text_of(browser.client.get(tab(connected, "sign-in/")))
        assert str(ann) in page
        assert str(admin) + "," not in page

        assert post_activation(browser, connected, admin).status_code == 302

        settings = connection_of(connected)
        assert settings.trial_ends_at
        assert settings.activated_by == boss
        assert browser.user_id is None  # the session was opened with a password
        browser.sign_in()
        assert browser.user_id == boss.pk
        assert connection_of(connected).confirmed_at
        page = text_of(browser.client.get(tab(connected, "sign-in/")))
        assert "With Microsoft Entra only, since" in page
        kinds = {event.kind for event in ProvisioningEvent.objects.all()}
        assert {"trial", "confirmed"} <= kinds
        assert len([m for m in mail.outbox if m.to == [boss.email]]) == 2

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"understood": ""}, "This field is required."),
            ({"admin_password": "wrong"}, "not the username and password"),
            ({"admin_username": "ann"}, "not the username and password"),
            ({"acknowledged": "77"}, "have changed"),
            ({"acknowledged": ""}, "have changed"),
        ],
    )
    def test_what_has_to_be_shown(self, connected, browser, admin, ann, changes, says):
        try_sign_in(browser, connected)

        page = post_activation(browser, connected, admin, **changes)

        assert says in text_of(page)
        assert "secret" not in re_values(page)
        assert connection_of(connected).activated_at is None

    def test_costs_the_same_however_many_people_there_are(
        self, connected, browser, admin
    ):
        """Names are shown as far as somebody reads; the rest is a page away."""
        try_sign_in(browser, connected)
        statements = []
        for number in range(3):
            for one in range(30):
                email = f"person{one}of{number}@contoso.example"
                UserFactory(email=email, environment=connected)
            with CaptureQueriesContext(database) as captured:
                page = browser.client.get(tab(connected, "sign-in/"))
            statements.append(len(captured))
        assert len(set(statements)) == 1
        assert len(page.context["locked_out"].shown) == 20
        everybody = tab(connected, "people/local/?status=active")
        assert everybody in page.content.decode()

        assert post_activation(browser, connected, admin).status_code == 302

        assert connection_of(connected).activated_at

    def test_everybody_whom_a_sign_in_cannot_find_is_listed(
        self, connected, browser, boss, scim, ann
    ):
        """And nobody else: by the same rule as the sign-in itself."""

        def person(name, **attributes):
            user = UserFactory(email=f"{name}@contoso.example", environment=connected)
            sent = {"userName": user.email, **attributes}
            assert scim.post("/Users", sent).status_code == 201
            return user

        able = {
            person("able", externalId=str(uuid.uuid4())),
            person("upper", externalId=str(uuid.uuid4()).upper()),
        }
        unable = [
            ann,
            person("nickname", externalId="nickname"),
            person("missing"),
        ]
        drifted = person("drifted", externalId=str(uuid.uuid4()), active=False)
        type(drifted).objects.filter(pk=drifted.pk).update(is_active=True)
        leaver = person("leaver", externalId=str(uuid.uuid4()), active=False)
        try_sign_in(browser, connected)

        page = browser.client.get(tab(connected, "sign-in/"))

        listed = page.context["locked_out"]
        assert {user.pk for user in listed.shown} == {
            user.pk for user in (*unable, drifted)
        }
        assert listed.count == 4
        assert not {*able, boss, leaver} & set(listed.shown)
        found = browser.client.get(tab(connected, "people/?status=no_sign_in"))
        assert {person.user for person in found.context["found"]} == set(unable[1:])
        assert "people/?status=no_sign_in" in page.content.decode()

    def test_somebody_who_moved_is_listed(
        self, several_environments, connected, fabrikam, browser, boss, foreign_scim
    ):
        """Their link is another environment's, which lets them in no more."""
        moved = UserFactory(email="max@fabrikam.example", environment=fabrikam)
        sent = {"userName": moved.email, "externalId": str(uuid.uuid4())}
        assert foreign_scim.post("/Users", sent).status_code == 201
        of_both = UserFactory(
            email="zoe@fabrikam.example", environments=(connected, fabrikam)
        )
        connected.members.add(moved)
        fabrikam.members.remove(moved)
        try_sign_in(browser, connected)

        shown = (
            browser.client.get(tab(connected, "sign-in/")).context["locked_out"].shown
        )

        assert moved in shown
        assert of_both not in shown

    def test_more_people_than_are_counted(
        self, connected, browser, admin, ann, monkeypatch
    ):
        """The page says so, and acknowledging that is enough."""
        monkeypatch.setattr(shut_out, "COUNTED", 25)
        for number in range(30):
            UserFactory(email=f"{number}@contoso.example", environment=connected)
        try_sign_in(browser, connected)

        page = browser.client.get(tab(connected, "sign-in/"))

        assert "More than 25 people could not sign in" in text_of(page)
        assert post_activation(browser, connected, admin).status_code == 302
        assert connection_of(connected).activated_at

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
        client.get(tab(connected, "sign-in/"))
        assert ProvisioningEvent.objects.filter(kind="ended").count() == 1
        assert connection_of(connected).activated_at is None

    def test_whoever_comes_too_late_tells_of_it(self, connected, boss):
        """By the link of the environment, as the administrator would."""
        lifecycle.start_trial(connection_of(connected), boss)
        long_ago = timezone.now() - datetime.timedelta(minutes=31)
        EntraConnection.objects.update(activated_at=long_ago)
        mail.outbox.clear()
        url = reverse("entra_scim_oidc:environment-sign-in", args=[connected.pk])

        assert Client().get(url).status_code == 400

        assert ProvisioningEvent.objects.filter(kind="ended").count() == 1
        assert "Passwords work again" in mail.outbox[0].body

    def test_cron_tells_of_a_trial_that_is_over(self, connected):
        """Nobody has to look at the tab."""
        long_ago = timezone.now() - datetime.timedelta(minutes=31)
        EntraConnection.objects.update(activated_at=long_ago)

        call_command("entra_check_expiry")
        call_command("entra_check_expiry")

        assert ProvisioningEvent.objects.filter(kind="ended").count() == 1

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
        assert obstacles() == ["confirmation"]
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

    def test_turning_off_names_who_has_no_password(self, connected, browser, scim):
        """Before anything happens."""
        assert scim.post("/Users", {"userName": "eve@contoso.example"}).status_code
        activate(connected)
        browser.sign_in()

        page = text_of(browser.client.get(tab(connected, "sign-in/deactivate/")))

        assert "1 person has no password" in page
        assert "eve@contoso.example" in page
        assert "yours too" in page
        assert connection_of(connected).activated_at

    def test_a_certificate_costs_no_tested_secret(self, connected, browser, entra):
        """It waits for a test of its own, and may be discarded."""
        try_sign_in(browser, connected)
        browser.client.post(tab(connected, "sign-in/certificate/"))

        settings = connection_of(connected)
        assert credentials.in_use(settings).client_secret == entra.secret
        assert credentials.waiting(settings).certificate
        page = browser.client.get(tab(connected, "sign-in/"))
        assert [o.code for o in page.context["obstacles"]] == ["pending"]

        for _ in range(2):
            browser.client.post(tab(connected, "sign-in/discard/"))

        assert credentials.waiting(connection_of(connected)) is None
        page = browser.client.get(tab(connected, "sign-in/"))
        assert page.context["obstacles"] == []

    def test_what_waits_goes_on_waiting_when_it_is_turned_off(self, connected, boss):
        activate(connected)
        used = credentials.in_use(connection_of(connected))
        configuration.change(
            connection_of(connected), credentials.with_certificate(used)
        )

        lifecycle.deactivate(connection_of(connected))

        assert credentials.in_use(connection_of(connected)) == used
        assert credentials.waiting(connection_of(connected)).certificate

    def test_deactivation(self, connected, browser, boss):
        activate(connected)
        browser.sign_in(connected, again="1")

        browser.client.post(tab(connected, "sign-in/deactivate/"))
        browser.client.post(tab(connected, "sign-in/deactivate/"))

        assert connection_of(connected).activated_at is None
        assert ProvisioningEvent.objects.filter(kind="ended").count() == 1

    def test_the_emergency_command(self, connected):
        """When nobody can sign in with Entra."""
        activate(connected)
        output = StringIO()

        call_command("entra_reopen_passwords", str(connected.pk), stdout=output)
        call_command("entra_reopen_passwords", str(connected.pk), stdout=output)

        assert "work again" in output.getvalue()
        assert "work already" in output.getvalue()
        assert connection_of(connected).activated_at is None
        with pytest.raises(CommandError):
            call_command("entra_reopen_passwords", "nonsense")

    def test_who_may_only_look_activates_nothing(self, connected, browser, admin):
        try_sign_in(browser, connected)
        EntraConnection.objects.update(activated_at=None)
        user = connection_of(connected) and admin
        user.is_superuser = False
        user.save()
        user.user_permissions.set(
            Permission.objects.filter(codename="view_environment")
        )
        client = client_for(user)

        for path in ("test/", "certificate/", "activate/", "deactivate/"):
            url = tab(connected, f"sign-in/{path}")
            assert client.post(url).status_code in (403, 404)


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


class TestChangesWhileActive:
    def test_wait_for_a_test(self, connected, browser, boss, entra):
        """A wrong new secret locks nobody out."""
        activate(connected)
        browser.sign_in(connected, again="1")
        form = saved(
            client_id=entra.client_id,
            tenant_id=entra.tenant_id,
            cloud="local",
            client_secret="wrong",
        )
        browser.client.post(tab(connected, "connection/"), form)

        settings = connection_of(connected)
        assert credentials.in_use(settings).client_secret == entra.secret
        assert credentials.waiting(settings).client_secret == "wrong"
        assert "waits for a test" in text_of(
            browser.client.get(tab(connected, "sign-in/"))
        )
        assert "wrong" not in repr(credentials.waiting(settings))
        assert try_sign_in(browser, connected).status_code == 400
        assert Browser().sign_in().status_code == 302

        entra.new_secret()
        later = timezone.localdate() + datetime.timedelta(days=300)
        form |= {
            "client_secret": entra.secret,
            "client_secret_expires_on": later.isoformat(),
        }
        assert browser.client.post(tab(connected, "connection/"), form)
        assert "The test succeeded" in text_of(try_sign_in(browser, connected))

        settings = connection_of(connected)
        assert credentials.in_use(settings).client_secret == entra.secret
        assert settings.pending == ""
        assert settings.client_secret_expires_on == later

    def test_another_directory_needs_deactivation(self, connected, browser, entra):
        activate(connected)
        browser.sign_in()

        page = browser.client.post(
            tab(connected, "connection/"),
            saved(client_id=entra.client_id, cloud="local"),
        )

        assert "Deactivate the integration first" in text_of(page)
        assert str(connection_of(connected).tenant_id) == entra.tenant_id

    def test_a_certificate_made_in_the_tab(self, connected, browser, boss, entra):
        """Made, downloaded, uploaded, tested: then in use."""
        activate(connected)
        browser.sign_in(connected, again="1")

        browser.client.post(tab(connected, "sign-in/certificate/"))
        file = browser.client.get(tab(connected, "sign-in/certificate.cer"))

        assert b"BEGIN CERTIFICATE" in file.content
        assert b"PRIVATE" not in file.content
        assert "attachment" in file["Content-Disposition"]
        entra.upload(file.content)
        assert "The test succeeded" in text_of(try_sign_in(browser, connected))
        settings = connection_of(connected)
        assert settings.certificate
        assert settings.client_secret == ""
        assert settings.certificate_expires_on
        assert Browser().sign_in().status_code == 302

    def test_no_certificate_to_download(self, connected, browser):
        page = browser.client.get(tab(connected, "sign-in/certificate.cer"))

        assert page.status_code == 302


def re_values(page):
    """Return the values of all fields of a page."""
    import re

    return re.findall(r'value="([^"]*)"', page.content.decode())
