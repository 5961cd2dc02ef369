"""Secrets, certificates and keys that expire, and who is told."""

from __future__ import annotations

import datetime
import re
import socket
import uuid
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import call_command
from django.test.utils import override_script_prefix
from django.urls import reverse
from django.utils import timezone

from entra_scim.connection import access_keys, configuration, credentials
from entra_scim.models import (
    AccessKey,
    EntraConnection,
)
from tests.support.client import ScimClient
from tests.support.factories import (
    UserFactory,
)
from tests.support.tab import (
    SECRET,
    client_for,
    mail_through,
    tab,
    text_of,
)

pytestmark = pytest.mark.django_db


class TestExpiry:
    @pytest.fixture
    def expiring(self, contoso):
        settings = configuration.connection_of(contoso)
        configuration.save(
            settings,
            client_id=uuid.uuid4(),
            tenant_id=uuid.uuid4(),
            cloud="global",
            client_secret=SECRET,
            client_secret_expires_on=timezone.localdate() + datetime.timedelta(days=29),
        )
        return settings

    def check(self, *arguments):
        """Return the exit code and what the command says."""
        output = StringIO()
        try:
            call_command("entra_check_expiry", *arguments, stdout=output)
        except SystemExit as exit:
            return exit.code, output.getvalue()
        return 0, output.getvalue()

    def test_all_say_so(self, client, contoso, expiring):
        """The tab, the front page and the command."""
        assert "The client secret expires on" in text_of(client.get(tab(contoso)))
        front = client.get(reverse("admin:index"))
        assert "The client secret of Contoso expires" in text_of(front)
        assert tab(contoso) in front.content.decode()
        code, said = self.check()
        assert code == 1
        assert "Contoso" in said
        assert mail.outbox == []

    def test_mail_goes_to_the_administrators(
        self, contoso, fabrikam, expiring, bob, ann
    ):
        """Of that environment, and without the secret."""
        UserFactory(email="other@fabrikam.example", environment=fabrikam, is_staff=True)
        self.check("--mail")

        sent = {address for message in mail.outbox for address in message.to}
        assert bob.email in sent
        assert ann.email not in sent
        if hasattr(contoso, "members"):
            assert sent == {bob.email}
        assert SECRET not in str([message.message() for message in mail.outbox])

    def test_mail_that_fails_is_logged(self, contoso, expiring, bob, settings, caplog):
        """The command says all it has to say, and cron hears of it."""
        nowhere = UserFactory(
            email="it@contoso.example", environment=contoso, is_staff=True
        )
        setattr(nowhere, nowhere.get_email_field_name(), "")
        nowhere.save()
        with socket.socket() as unused:  # bound, but nobody listens
            unused.bind(("127.0.0.1", 0))
            mail_through(settings, *unused.getsockname())
            code, said = self.check("--mail")

        assert code == 1
        assert "Contoso" in said
        assert caplog.messages == ["Could not mail an administrator"]

    def test_long_before_and_long_after(self, client, contoso, expiring):
        EntraConnection.objects.update(
            client_secret_expires_on=timezone.localdate() + datetime.timedelta(days=31)
        )
        assert self.check() == (0, "")
        assert "The client secret expires on" not in text_of(client.get(tab(contoso)))

        EntraConnection.objects.update(client_secret_expires_on="2020-01-31")
        code, said = self.check()
        assert (code, "expired on" in said) == (1, True)
        assert "The client secret has expired." in text_of(client.get(tab(contoso)))

    def test_a_certificate_too(self, client, contoso, expiring, settings):
        """In its own words: no secret is asked for."""
        used = credentials.with_certificate(credentials.in_use(expiring))
        configuration.change(expiring, used)
        page = text_of(client.get(tab(contoso)))
        assert "A certificate is in use. Leave this empty to keep it." in page
        assert self.check() == (0, "")

        soon = timezone.localdate() + datetime.timedelta(days=9)
        EntraConnection.objects.update(certificate_expires_on=soon)
        assert "The certificate of Contoso expires on" in self.check()[1]
        assert "The certificate expires on" in text_of(client.get(tab(contoso)))

        EntraConnection.objects.update(certificate_expires_on="2020-01-31")
        assert "The certificate of Contoso expired on Jan. 31, 2020" in self.check()[1]
        assert "The certificate has expired." in text_of(client.get(tab(contoso)))

        settings.SECRET_KEY = "another"
        client = client_for(get_user_model().objects.get(is_superuser=True))
        page = text_of(client.get(tab(contoso)))
        assert "The key of the certificate can no longer be read." in page
        for path in ("", "guide/", "sign-in/", "sign-in/certificate.cer"):
            assert client.get(tab(contoso, path), follow=True).status_code == 200
        client.post(tab(contoso, "sign-in/certificate/"))
        assert "can no longer be read" not in text_of(client.get(tab(contoso)))

    def test_the_last_key_too(self, client, contoso):
        """Unless another one lasts."""
        soon = timezone.now() + datetime.timedelta(days=3)
        access_keys.create(contoso, expires_at=soon)
        assert self.check()[0] == 1
        assert "the last access key expires" in text_of(client.get(tab(contoso)))

        access_keys.create(contoso)

        assert self.check()[0] == 0
        assert "the last access key expires" not in text_of(client.get(tab(contoso)))

    def test_a_replaced_key_that_entra_still_uses(self, client, contoso, scim, bob):
        """The tab, the front page and a mail say so before it expires."""
        scim.get("/Users")
        _key, unsaved = access_keys.create(contoso)
        ScimClient(scim.base, unsaved).get("/Users")
        assert self.check()[0] == 0
        past = timezone.now() - datetime.timedelta(minutes=5)
        AccessKey.objects.update(last_used_at=past, replaced_at=past)
        scim.get("/Users")

        hint = f"{scim.key[:15]}…"
        assert f"Entra still uses the access key {hint}, though" in text_of(
            client.get(tab(contoso))
        )
        assert hint in text_of(client.get(reverse("admin:index")))
        code, said = self.check("--mail")
        assert code == 1
        assert hint in said
        assert hint in mail.outbox[0].body

    def test_the_front_page_tells_of_one_s_own_only(
        self, administrator, contoso, fabrikam, expiring
    ):
        EntraConnection.objects.update(environment=fabrikam)

        assert "Contoso expires" not in text_of(administrator.get("/admin/"))
        assert "Fabrikam expires" not in text_of(administrator.get("/admin/"))

    def test_a_product_may_have_an_admin_site_of_its_own(
        self, client, contoso, expiring, settings
    ):
        """Its front page says so too, and its pages link to themselves."""
        settings.ROOT_URLCONF = "tests.support.two_admins"
        own = tab(contoso).replace("/admin/", "/office/", 1)

        assert own in client.get("/office/").content.decode()
        page = client.get(own).content.decode()
        assert 'href="/office/"' in page
        assert 'href="/admin/' not in page

    @pytest.mark.parametrize(
        "path", ["", "sign-in/", "guide/", "people/", "people/local/", "later/"]
    )
    def test_its_links_stay_in_its_site_and_below_its_prefix(
        self, client, contoso, expiring, settings, path
    ):
        """Where a product is mounted below a path of its server."""
        settings.ROOT_URLCONF = "tests.support.two_admins"
        own = tab(contoso, path).replace("/admin/", "/office/", 1)

        with override_script_prefix("/below/"):  # as the real handlers do
            page = client.get(own).content.decode()

        links = re.findall(r'(?:href|action)="(/[^"]*/entra/[^"]*)"', page)
        assert len(links) > 6
        assert {link.split("/entra/")[0] for link in links} == {
            "/below" + own.split("/entra/")[0]
        }
