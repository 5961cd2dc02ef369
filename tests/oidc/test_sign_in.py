"""People come in with Entra, and leave."""

from __future__ import annotations

import json

import jwt
import pytest
from django.test import Client
from django.test.utils import override_script_prefix
from django.urls import reverse

from entra_scim.connection import configuration, credentials
from entra_scim.models import EntraSession, ProvisionedUser, ProvisioningEvent
from tests.conftest import client_of
from tests.support.sign_in import Browser, activate, connect, goes_to

pytestmark = pytest.mark.django_db


class TestComingIn:
    def test_a_provisioned_person_is_in(self, active, person, browser):
        """With the button, straight to Entra where one environment is active."""
        response = browser.sign_in()

        assert response.status_code == 302
        assert browser.user_id == person.pk

    def test_the_environment_s_own_link(self, active, person, browser):
        browser.sign_in(active)

        assert browser.user_id == person.pk

    @pytest.mark.parametrize(
        ("target", "expected"),
        [
            ("/who/?x=1", "/who/?x=1"),
            ("https://evil.example/", None),
            ("//evil.example", None),
            ("/\\evil.example", None),
            ("javascript:alert(1)", None),
            ("/" + "x" * 600, None),
        ],
    )
    def test_next_stays_on_this_site(self, active, person, browser, target, expected):
        response = browser.sign_in(next=target)

        assert (response["Location"] == expected) == (expected is not None)
        assert "evil" not in response["Location"]

    def test_two_tabs_at_once(self, active, person, browser):
        """Each goes on to its own page."""
        one, two = browser.start(next="/one"), browser.start(next="/two")

        answers = [browser.come_back(browser.at_entra(a)) for a in (one, two)]

        assert [answer["Location"] for answer in answers] == ["/one", "/two"]

    def test_the_number_of_requests_under_way_is_bounded(self, active, person, browser):
        """Web servers refuse requests with too many cookies."""
        first = browser.start()
        for _ in range(12):
            last = browser.start()

        kept = [cookie for cookie in browser.client.cookies.values() if cookie.value]
        assert len(kept) == 10
        assert browser.come_back(browser.at_entra(first)).status_code == 400
        assert browser.come_back(browser.at_entra(last)).status_code == 302

    def test_cookies_that_are_strict(self, active, person, browser, settings):
        """Coming back from Entra is from another site, so that ours cannot be."""
        settings.SESSION_COOKIE_SAMESITE = "Strict"

        address = browser.start()

        [cookie] = browser.client.cookies.values()
        assert cookie["samesite"] == "Lax"
        assert browser.come_back(browser.at_entra(address)).status_code == 302

    def test_an_answer_that_is_sent_again(self, active, person, browser):
        """By a browser that restores its cookies: the person is in, and goes on."""
        address = browser.at_entra(browser.start(next="/who/"))
        [(name, cookie)] = browser.client.cookies.items()
        browser.come_back(address)
        browser.client.cookies[name] = cookie.value

        again = browser.come_back(address)

        assert (again.status_code, again["Location"]) == (302, "/who/")
        assert browser.user_id == person.pk

    def test_a_product_without_the_backend(self, active, person, browser, settings):
        """A check names it; people read that sign-in is not activated."""
        settings.AUTHENTICATION_BACKENDS = [
            path for path in settings.AUTHENTICATION_BACKENDS if "oidc" not in path
        ]

        assert browser.sign_in().status_code == 400
        assert browser.user_id is None
        event = ProvisioningEvent.objects.get(kind="sign_in_failed")
        assert event.reason == "not_active"

    def test_the_session_key_is_new(self, active, person, browser):
        """Nobody can prepare a session for somebody else."""
        session = browser.client.session
        session.save()
        before = session.session_key
        browser.client.cookies["sessionid"] = before

        browser.sign_in()
        between = browser.client.cookies["sessionid"].value
        browser.sign_in()

        assert len({before, between, browser.client.cookies["sessionid"].value}) == 3

    def test_after_the_first_a_sign_in_costs_one_call(
        self, active, person, browser, entra
    ):
        browser.sign_in()
        entra.requests.clear()

        Browser().sign_in()

        assert entra.count("/token") == 1
        assert len(entra.requests) - entra.count("/authorize") == 1

    def test_behind_login_required_and_a_prefix(
        self, active, person, settings, browser
    ):
        settings.MIDDLEWARE = [
            *settings.MIDDLEWARE,
            "django.contrib.auth.middleware.LoginRequiredMiddleware",
        ]
        with override_script_prefix("/product/"):
            response = browser.client.get("/entra/sign-in/")
        address = response["Location"]

        assert "%2Fproduct%2Fentra%2Fcallback%2F" in address

    def test_a_certificate_in_place_of_a_secret(self, active, person, browser, entra):
        """By an assertion as Microsoft asks: PS256, SHA-256, minutes long, used once."""
        settings = configuration.connection_of(active)
        made = credentials.with_certificate(credentials.in_use(settings))
        credentials.use(settings, made)
        settings.save()
        entra.upload(made.certificate.encode())
        assert settings.client_secret == ""

        for _ in range(2):
            assert browser.sign_in().status_code == 302
            assert browser.user_id == person.pk
        assert "PRIVATE" not in settings.certificate_key

        forms = [request.POST for request in entra.requests if request.POST]
        identifiers = set()
        for form in forms:
            assert "client_secret" not in form
            token = jwt.decode_complete(
                form["client_assertion"], options={"verify_signature": False}
            )
            assert token["header"] == {
                "alg": "PS256",
                "typ": "JWT",
                "x5t#S256": entra.application.certificates[0].thumbprint,
            }
            assert token["payload"]["exp"] - token["payload"]["nbf"] <= 600
            identifiers.add(token["payload"]["jti"])
        assert len(identifiers) == len(forms) == 2


class TestWhichEnvironment:
    @pytest.fixture
    def two(self, several_environments, active, fabrikam, entra):
        """Both are active."""
        connect(fabrikam, entra.neighbour())
        activate(fabrikam)

    def test_several_ask_for_the_address(self, two, active, scim, person, browser):
        """The domain decides, so that the answer tells of nobody."""
        scim.post("/Users", {"userName": "eve@contoso.example"})
        page = browser.client.get(reverse("entra_scim_oidc:sign-in"))
        assert b"Your work e-mail address" in page.content

        known = browser.start(address="ann@contoso.example")  # no redirect of a form
        unknown = browser.start(address="nobody@contoso.example")

        assert known.partition("?")[0] == unknown.partition("?")[0]
        assert "login_hint=nobody%40contoso.example" in unknown

    def test_an_unknown_domain(self, two, browser):
        page = browser.client.get(
            reverse("entra_scim_oidc:sign-in"), {"address": "x@nowhere.example"}
        )

        assert page.status_code == 400
        assert b"We cannot tell your organisation" in page.content

    def test_the_state_of_another_environment(
        self, two, active, fabrikam, person, browser, entra
    ):
        """A code of one tenant is redeemed at that tenant only."""
        address = browser.start(active)
        state = browser.come_back(
            browser.at_entra(address).replace("state=", "state=x")
        )
        assert state.status_code == 400

        foreign_scim = client_of(fabrikam)
        foreign_scim.post(
            "/Users",
            {
                "userName": "ann@fabrikam.example",
                "externalId": entra.person.object_id,
            },
        )
        browser.sign_in(active)
        assert browser.user_id == person.pk


class TestGoingOut:
    def test_signing_out_here(self, active, person, browser):
        browser.sign_in()

        browser.client.post(reverse("entra_scim_oidc:sign-out"))

        assert browser.user_id is None

    def test_signing_out_everywhere(self, active, person, browser, entra):
        browser.sign_in()

        response = browser.client.post(
            reverse("entra_scim_oidc:sign-out"), {"everywhere": "1"}
        )

        assert response.status_code == 200  # no form may end elsewhere
        assert goes_to(response).startswith(entra.discovery()["end_session_endpoint"])
        assert browser.user_id is None
        back = browser.client.get(reverse("entra_scim_oidc:callback"))
        assert back.status_code == 302

    def test_where_entra_names_no_page_for_it(self, active, person, browser, entra):
        """People are signed out here all the same."""
        document = {**entra.discovery()}
        del document["end_session_endpoint"]
        entra.raw_answers = {"openid-configuration": (200, json.dumps(document))}
        browser.sign_in()

        response = browser.client.post(
            reverse("entra_scim_oidc:sign-out"), {"everywhere": "1"}
        )

        assert response["Location"].startswith("/")
        assert browser.user_id is None

    def test_entra_signs_out_by_sid(
        self, several_environments, active, fabrikam, person, browser, entra
    ):
        """The browser sends no cookie from a frame; another's sid does nothing."""
        entra.keys.changed_claims = {"sid": "the session at Entra"}
        browser.sign_in()
        entra.keys.changed_claims = {"sid": "another"}
        other = Browser()
        other.sign_in()

        def signed_out(environment, sid):
            url = reverse(
                "entra_scim_oidc:front-channel-logout", args=[str(environment.pk)]
            )
            response = Client().get(url, {"sid": sid})
            assert response.status_code == 200
            assert "X-Frame-Options" not in response

        signed_out(fabrikam, "the session at Entra")
        signed_out(active, "")
        assert browser.user_id == person.pk
        signed_out(active, "the session at Entra")

        assert browser.user_id is None
        assert other.user_id == person.pk
        assert EntraSession.objects.filter(ended_at=None).count() == 1

    def test_a_leaver_is_out_at_once(self, active, scim, person, browser):
        browser.sign_in()

        scim.patch(
            f"/Users/{ProvisionedUser.objects.get().pk}",
            {"op": "Replace", "path": "active", "value": "False"},
        )

        assert browser.user_id is None

    def test_an_absolute_lifetime(self, active, person, browser, settings):
        browser.sign_in()
        settings.ENTRA_SCIM_SESSION_AGE = 3600
        assert browser.user_id == person.pk

        settings.ENTRA_SCIM_SESSION_AGE = 0

        assert browser.user_id is None

    @pytest.mark.parametrize("engine", ["cache", "signed_cookies", "cached_db", "file"])
    def test_on_every_session_backend(
        self, active, person, browser, entra, settings, engine
    ):
        settings.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
        entra.keys.changed_claims = {"sid": "s"}
        browser.sign_in()
        assert browser.user_id == person.pk

        url = reverse("entra_scim_oidc:front-channel-logout", args=[str(active.pk)])
        Client().get(url, {"sid": "s"})

        assert browser.user_id is None
