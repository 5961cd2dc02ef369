"""Who signs in with Entra proves there who they are."""

from __future__ import annotations

import json
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from entra_scim.models import AccessKey, ProvisioningEvent
from entra_scim.story.sentences import sentence_of
from tests.support.activation import try_sign_in
from tests.support.sign_in import Browser, activate
from tests.support.step_up import age
from tests.support.tab import saved, tab, text_of

pytestmark = pytest.mark.django_db


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
        """Somebody who does not show that Entra asked anew proves nothing."""
        before = AccessKey.objects.count()
        if auth_time == "old":
            auth_time = int(time.time()) - 60 * 10
        address = gated.start(connected, again="1", next=tab(connected))
        assert parse_qs(urlsplit(address).query)["max_age"] == ["0"]
        taken_out = address.replace("prompt=login", "").replace("max_age=0", "")
        entra.keys.changed_claims["auth_time"] = auth_time

        page = gated.come_back(gated.at_entra(taken_out))

        assert page.status_code == 400
        said = " ".join(page.content.decode().split())
        assert "did not confirm that you entered" in said
        assert "tick auth_time" in said
        assert "your administrator" not in said
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

    def test_renews_an_expired_secret(self, connected, gated, entra):
        """Nobody can sign in with the old one, so a proof by Entra cannot be had."""
        error = {"error": "invalid_client", "error_description": "AADSTS7000222: x"}
        entra.raw_answers = {"/token": (401, json.dumps(error))}
        refused = gated.sign_in(connected, again="1", next=tab(connected))
        said = text_of_problem(refused)
        assert "The client secret has expired." in said
        assert "administrator" not in said
        assert f'href="{tab(connected)}"' in refused.content.decode()
        page = text_of(gated.client.get(tab(connected)))
        assert "only the Admin can change this" in page
        assert "Sign-in broken" in page

        gated.client.post(
            tab(connected, "connection/"),
            saved(
                client_id=entra.client_id,
                tenant_id=entra.tenant_id,
                cloud="local",
                client_secret=entra.secret,
                client_secret_expires_on="2099-12-31",
            ),
        )
        page = text_of(gated.client.get(tab(connected)))
        assert "The connection was changed after that. Test it" in page
        assert "Make a new one in Entra" not in page

        entra.raw_answers = {}
        try_sign_in(gated, connected)
        assert "Sign-in broken" not in text_of(gated.client.get(tab(connected)))

    def test_tests_a_changed_connection_that_fails(self, connected, gated, entra):
        """People still sign in with the former one."""
        gated.client.post(tab(connected, "sign-in/certificate/"))

        page = try_sign_in(gated, connected)

        assert page.status_code == 400
        event = ProvisioningEvent.objects.get(kind="test_failed")
        assert event.reason in sentence_of(event)
        assert "Sign-in broken" not in text_of(gated.client.get(tab(connected)))
        assert "test of a changed connection failed (1)" in text_of(
            gated.client.get(tab(connected, "events/"))
        )


def text_of_problem(page):
    assert page.status_code == 400
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
