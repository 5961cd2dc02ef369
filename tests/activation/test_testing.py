"""Testing the sign-in, before and while it is active."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from entra_scim.connection import credentials
from entra_scim.models import EntraConnection, ProvisionedUser, ProvisioningEvent
from tests.support.activation import connection_of, try_sign_in
from tests.support.sign_in import Browser, activate
from tests.support.tab import saved, tab, text_of

pytestmark = pytest.mark.django_db


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

    def test_somebody_whose_other_object_id_waits(
        self, several_environments, connected, fabrikam, browser, boss, entra
    ):
        """They are here, under another one: nothing has to be assigned."""
        entra.person = entra.tenant.add_person("max@contoso.example")
        people = ProvisionedUser.objects.for_environment(connected)
        people.filter(user=boss).update(waiting_object_id=entra.person.object_id)

        page = text_of(try_sign_in(browser, connected))

        assert "say whether it is the same person" in page
        assert "Nobody was provisioned here" not in page
        assert connection_of(connected).tested_at is None
        people.update(environment=fabrikam)
        assert "Nobody was provisioned" in text_of(try_sign_in(browser, connected))

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

    def test_answers_nobody_else(self, connected, browser, admin, caplog):
        """Who signs in in the same browser in between learns nothing of it."""
        address = self.at_entra(browser, connected)
        browser.client.force_login(
            admin, backend="django.contrib.auth.backends.ModelBackend"
        )

        page = browser.come_back(address)

        assert page.status_code == 400
        assert "Sign-in failed: not_allowed" in caplog.text

    def test_credentials_that_are_gone_by_then(self, connected, browser):
        address = self.at_entra(browser, connected)
        EntraConnection.objects.update(client_secret="", pending="")

        page = browser.come_back(address)

        assert page.status_code == 400
        assert "The connection is not complete" in page.content.decode()

    def at_entra(self, browser, environment):
        """Go to Entra to test, and return the address to come back to."""
        begun = browser.client.get(tab(environment, "sign-in/test/"))
        return browser.at_entra(browser.client.get(begun["Location"])["Location"])

    def test_not_without_credentials(self, contoso, browser):
        page = try_sign_in(browser, contoso)

        assert "The connection is not complete" in page.content.decode()


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

    def test_do_not_wait_for_a_local_entra_that_is_not_there(
        self, connected, browser, entra, settings
    ):
        """They come from a developer's machine, with its database."""
        activate(connected)
        browser.sign_in(connected, again="1")
        form = saved(
            client_id=entra.client_id,
            tenant_id=entra.tenant_id,
            cloud="local",
            client_secret="wrong",
        )
        browser.client.post(tab(connected, "connection/"), form)
        stored = connection_of(connected)
        assert credentials.waiting(stored)

        settings.DEBUG = False

        assert credentials.waiting(stored) is None

    def test_another_directory_needs_deactivation(self, connected, browser, entra):
        activate(connected)
        browser.sign_in()

        page = browser.client.post(
            tab(connected, "connection/"),
            saved(client_id=entra.client_id, cloud="local"),
        )

        assert "Turn off Entra sign-in first" in text_of(page)
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
