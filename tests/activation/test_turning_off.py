"""Back to passwords."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command

from entra_scim.activation import lifecycle
from entra_scim.connection import configuration, credentials
from entra_scim.models import EntraConnection, ProvisioningEvent
from tests.support.activation import connection_of, try_sign_in
from tests.support.sign_in import activate
from tests.support.tab import client_for, tab, text_of

pytestmark = pytest.mark.django_db


class TestTurningOff:
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
            assert client.post(url).status_code == 403
