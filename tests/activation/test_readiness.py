"""What is missing before people can sign in with Entra, and who would be shut out."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.core import mail
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from entra_scim.activation import lifecycle, shut_out
from entra_scim.connection import configuration, credentials
from entra_scim.models import AccessKey, EntraConnection, ProvisioningEvent
from tests.support.activation import connection_of, post_activation, try_sign_in
from tests.support.factories import UserFactory
from tests.support.tab import client_for, tab, text_of

pytestmark = pytest.mark.django_db


class TestActivation:
    def test_what_is_missing_is_listed(self, contoso, browser, admin):
        AccessKey.objects.update(last_used_at=None)

        page = browser.client.get(tab(contoso, "sign-in/"))

        codes = [obstacle.code for obstacle in page.context["obstacles"]]
        assert codes == ["no_ids", "untested", "no_contact"]
        post_activation(browser, contoso, admin)
        assert connection_of(contoso).activated_at is None

    def test_what_is_missing_is_where_the_link_leads(self, connected, browser):
        """The IDs are saved in step 1, and the secret in step 6."""
        for changed, step in (
            ({"client_secret": ""}, "step-test"),
            ({"client_id": None}, "step-connection"),
        ):
            EntraConnection.objects.update(**changed)

            page = browser.client.get(tab(connected, "sign-in/"))

            [way] = page.context["obstacles"][0].links
            assert way.url.endswith(f"#{step}")

    def test_what_is_missing_is_said_in_its_own_words(
        self, connected, browser, contoso, settings
    ):
        """No secret is asked for where there is a certificate."""

        def missing():
            page = browser.client.get(tab(contoso, "sign-in/"))
            return [str(o.message) for o in page.context["obstacles"]][:1]

        EntraConnection.objects.update(client_secret_expires_on="2020-01-31")
        assert missing() == ["The client secret has expired."]
        EntraConnection.objects.update(client_secret_expires_on=None)
        assert missing() != ["The client secret has expired."]
        assert configuration.is_complete(connection_of(contoso))
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
        assert "Create a new certificate" in " ".join(str(one.todo) for one in steps)

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
        assert "with Microsoft Entra only." in page
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


def re_values(page):
    """Return the values of all fields of a page."""
    import re

    return re.findall(r'value="([^"]*)"', page.content.decode())
