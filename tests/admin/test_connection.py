"""What an administrator copies from Entra, and the keys that Entra gets."""

from __future__ import annotations

import re
import sys
import uuid

import pytest
from django.contrib import admin as django_admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.signals import got_request_exception
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.views.debug import ExceptionReporter, get_exception_reporter_filter

from entra_scim.connection import access_keys
from entra_scim.models import (
    AccessKey,
    EntraConnection,
    ProvisioningEvent,
)
from tests.support.tab import (
    OBJECT_ID,
    SECRET,
    client_for,
    saved,
    secret_of,
    tab,
    text_of,
)

pytestmark = pytest.mark.django_db


class TestConnection:
    def post(self, client, contoso, **changes):
        return client.post(tab(contoso, "connection/"), saved(**changes))

    def test_the_same_once_more(self, client, contoso):
        values = saved()
        client.post(tab(contoso, "connection/"), values, follow=True)
        values["client_secret"] = ""

        page = client.post(tab(contoso, "connection/"), values, follow=True)

        assert "Nothing has changed." in text_of(page)

    def test_a_log_of_the_product_that_fails(self, client, contoso, monkeypatch):
        """What was saved is saved, and said."""

        def full(*args):
            raise OSError("no space left")

        registered = django_admin.site._registry[type(contoso)]
        monkeypatch.setattr(registered, "log_change", full, raising=False)

        page = client.post(tab(contoso, "connection/"), saved(), follow=True)

        assert "saved Application (client) ID" in text_of(page)
        assert EntraConnection.objects.get().client_id

    def test_what_was_pasted_is_cleaned_and_saved(self, client, contoso):
        """Spaces, quotes and braces come along; the secret is encrypted."""
        client_id, tenant_id = uuid.uuid4(), uuid.uuid4()

        response = self.post(
            client,
            contoso,
            client_id=f"  {{{client_id}}} ",
            tenant_id=f"\u200b'{str(tenant_id).upper()}'\n",
            client_secret=f" {SECRET}\t",
        )

        assert response.status_code == 302
        settings = EntraConnection.objects.get()
        assert (settings.client_id, settings.tenant_id) == (client_id, tenant_id)
        assert SECRET not in settings.client_secret
        assert secret_of(settings) == SECRET
        assert settings.client_secret_changed_at
        page = client.get(tab(contoso)).content.decode()
        assert SECRET not in page
        assert str(client_id) in page
        assert all(SECRET not in str(entry) for entry in LogEntry.objects.values())
        assert "client" in LogEntry.objects.get().change_message.lower()

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"client_secret": str(uuid.uuid4())}, "This is the Secret ID."),
            ({"client_id": OBJECT_ID, "tenant_id": OBJECT_ID}, "once more"),
            ({"client_id": "my application"}, "This is not an ID."),
            ({"client_secret_expires_on": ""}, "Choose when it expires"),
            (
                {"client_secret_expires_on": "", "client_secret_term": "date"},
                "Enter the date",
            ),
            ({"client_secret_term": "365"}, "leave the date empty"),
            ({"client_id": f"Object ID : {OBJECT_ID}"}, "This is the Object ID."),
            ({"client_secret": "", "then": "test"}, "Paste the Value"),
            ({"client_secret_expires_on": "2020-01-31"}, "This date has passed."),
            ({"client_secret": "entra_scim_x"}, "This is the SCIM access key"),
            ({"cloud": "https://evil.example"}, "valid choice"),
        ],
    )
    def test_mistakes_are_explained(self, client, contoso, changes, message):
        """Nothing is saved; what was typed stays, but for the secret."""
        response = self.post(client, contoso, **changes)

        assert message in text_of(response)
        assert not EntraConnection.objects.exists()
        assert SECRET not in response.content.decode()
        if "client_id" not in changes:
            assert response.context["connection_form"]["client_id"].value()
        typed = changes.get("client_secret")
        assert not typed or f'value="{typed}"' not in response.content.decode()

    def test_a_report_of_an_error_shows_no_secret(self, client, contoso):
        """Neither by mail nor on a page."""
        request = self.post(client, contoso).wsgi_request

        reported = get_exception_reporter_filter(request).get_post_parameters(request)
        assert SECRET not in reported.values()

    def test_a_local_entra_is_where_one_begins(self, client, contoso, settings):
        """Where there is one, it is the cloud to begin with, and the guide leads to it."""
        assert "a local Entra" not in text_of(client.get(tab(contoso, "guide/")))
        settings.DEBUG = True
        settings.ENTRA_SCIM_LOCAL_AUTHORITY = "http://127.0.0.1:9000"

        form = client.get(tab(contoso)).context["connection_form"]
        guide = client.get(tab(contoso, "guide/")).content.decode()

        assert form["cloud"].value() == "local"
        assert '<a href="http://127.0.0.1:9000">' in guide

        self.post(client, contoso)
        form = client.get(tab(contoso)).context["connection_form"]
        assert form["cloud"].value() == "global"

    def test_an_empty_secret_keeps_the_one_that_is_set(self, client, contoso):
        self.post(client, contoso)

        self.post(client, contoso, client_secret="", cloud="china")

        settings = EntraConnection.objects.get()
        assert settings.cloud == "china"
        assert secret_of(settings) == SECRET

    def test_the_ids_may_come_first(self, client, contoso):
        """What was typed in one step is there in the next. No secret is said to be saved."""
        ids = saved(client_secret="")  # A date alone is of no secret.

        page = client.post(tab(contoso, "connection/"), ids, follow=True)

        assert "saved Application (client) ID, Directory (tenant) ID, Cloud." in (
            text_of(page)
        )
        assert page.context["connection_form"]["client_id"].value()
        assert page.context["stages"]["connection"].is_done
        assert not page.context["stages"]["test"].is_done
        assert page.context["stages"]["keys"].is_open
        with_secret = saved(client_id=ids["client_id"], tenant_id=ids["tenant_id"])
        client.post(tab(contoso, "connection/"), with_secret)

        settings = EntraConnection.objects.get()
        assert str(settings.client_id) == ids["client_id"]
        assert secret_of(settings) == SECRET

    def test_a_lost_key_asks_for_the_secret_again(self, client, contoso, settings):
        """No page fails."""
        self.post(client, contoso)
        settings.SECRET_KEY = "another"
        client = client_for(get_user_model().objects.get(is_superuser=True))

        for path in ("", "guide/", "people/", "events/", "sign-in/", "keys/new/"):
            page = client.get(tab(contoso, path), follow=True)
            assert page.status_code == 200
            assert "Contoso" in page.content.decode()
        assert client.get(reverse("admin:index")).status_code == 200
        assert "can no longer be read" in text_of(client.get(tab(contoso)))
        assert "Paste the Value" in text_of(
            self.post(client, contoso, client_secret="")
        )
        assert self.post(client, contoso).status_code == 302
        assert "can no longer" not in text_of(client.get(tab(contoso)))

    def test_a_report_of_a_mistake_tells_no_secret(self, client, contoso, settings):
        """Django mails tracebacks with the values of variables."""
        settings.DEBUG = False
        settings.ENTRA_SCIM_ENCRYPTION_KEYS = ["no key"]
        reports = []

        def report(request, **kwargs):
            reporter = ExceptionReporter(request, *sys.exc_info())
            reports.append(reporter.get_traceback_html())

        got_request_exception.connect(report)
        client.raise_request_exception = False
        response = self.post(client, contoso, client_secret=SECRET)
        got_request_exception.disconnect(report)

        assert response.status_code == 500
        [text] = reports
        assert "Fernet key must be" in text
        assert SECRET not in text

    def test_a_lost_key_while_active(self, client, contoso, settings):
        """Nobody can sign in, so what is saved is used at once."""
        self.post(client, contoso)
        now = timezone.now()
        EntraConnection.objects.update(activated_at=now, confirmed_at=now)
        former = EntraConnection.objects.get()
        settings.SECRET_KEY = "another"
        client = client_for(get_user_model().objects.get(is_superuser=True))

        self.post(client, contoso, tenant_id=str(former.tenant_id))

        assert secret_of(EntraConnection.objects.get()) == SECRET
        assert "can no longer be read" not in text_of(client.get(tab(contoso)))

    def test_a_certificate_is_made_for_an_application(self, client, contoso):
        """Which both IDs name; before, the page says so."""
        before = client.get(tab(contoso, "sign-in/"))
        page = client.post(tab(contoso, "sign-in/certificate/"), follow=True)

        assert "Save both IDs in step 1 first. Go to step 1" in text_of(before)
        assert "Save both IDs in step 1 first." in text_of(page)
        assert not EntraConnection.objects.exclude(certificate="").exists()

    def test_a_changed_connection_that_cannot_be_read_any_more(
        self, client, contoso, settings
    ):
        """Because the key is lost: it no longer waits, and the tab says what is."""
        tenant_id = str(uuid.uuid4())
        self.post(client, contoso, tenant_id=tenant_id)
        now = timezone.now()
        EntraConnection.objects.update(activated_at=now, confirmed_at=now)
        self.post(client, contoso, tenant_id=tenant_id)
        assert "A changed connection waits" in text_of(client.get(tab(contoso)))

        settings.SECRET_KEY = "another"
        client = client_for(get_user_model().objects.get(is_superuser=True))

        text = text_of(client.get(tab(contoso)))
        assert "A changed connection waits" not in text
        assert "The client secret can no longer be read." in text

    def test_a_secret_of_another_environment_cannot_be_read(
        self, client, contoso, fabrikam
    ):
        """Even if its row is copied."""
        self.post(client, contoso)
        EntraConnection.objects.update(environment=fabrikam)

        assert "can no longer be read" in text_of(client.get(tab(fabrikam)))


class TestAccessKeys:
    def test_a_key_is_shown_once(self, client, contoso):
        """And kept nowhere: not in the log, the session or the history."""
        response = client.post(tab(contoso, "keys/"), follow=True)

        content = response.content.decode()
        [secret] = re.findall(r'value="(entra_scim_\w+)"', content)
        assert "/?aadOptscim062020" in content  # what goes with it, on one page
        assert access_keys.authenticate(str(contoso.pk), secret)
        assert "no-store" in response["Cache-Control"]
        again = client.get(tab(contoso, "keys/new/"), follow=True)
        assert secret not in again.content.decode()
        assert "shown once only" in text_of(again)
        assert secret not in str(list(client.session.items()))
        assert secret not in str(list(LogEntry.objects.values()))
        assert AccessKey.objects.get().created_by == get_user_model().objects.get(
            is_superuser=True
        )

    def test_the_waiting_key_is_encrypted(self, client, contoso):
        client.post(tab(contoso, "keys/"))

        assert "entra_scim_new_key" in client.session
        assert "entra_scim_" not in client.session["entra_scim_new_key"]

    def test_a_key_waits_for_its_own_environment(self, client, contoso, fabrikam):
        client.post(tab(contoso, "keys/"))

        assert client.get(tab(fabrikam, "keys/new/")).status_code == 302

    def test_revoking_asks_first(self, client, contoso, scim):
        """And says what the last key means."""
        key = AccessKey.objects.get()
        page = tab(contoso, f"keys/{key.pk}/revoke/")

        assert "It is the last key." in text_of(client.get(page))
        assert scim.get("/Users").status_code == 200
        client.post(page)
        assert client.post(page).status_code == 302

        assert scim.get("/Users").status_code == 401
        assert "revoked" in text_of(client.get(tab(contoso)))
        kind = ProvisioningEvent.Kind.KEY_REVOKED
        assert ProvisioningEvent.objects.filter(kind=kind).count() == 1


def test_the_redirect_uri_explains_itself(db):
    """Somebody who arrives there by an old link reads what to do."""
    response = Client().get(reverse("entra_scim_oidc:callback"), {"code": "x"})

    assert response.status_code == 400
    assert "Start again" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
