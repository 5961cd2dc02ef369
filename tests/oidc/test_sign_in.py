"""Signing in with Entra, and what attackers try at it."""

from __future__ import annotations

import contextlib
import copy
import json
import socket
import socketserver
import threading
import time
from urllib.parse import quote

import jwt
import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client
from django.test.utils import override_script_prefix
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entra_emulator.server import serve
from entra_scim.connection import configuration, credentials
from entra_scim.models import EntraSession, ProvisionedUser, ProvisioningEvent
from entra_scim.oidc import client
from entra_scim.story.sentences import sentence_of
from tests.conftest import client_of
from tests.support.entra import Entra, new_key
from tests.support.factories import UserFactory
from tests.support.sign_in import Browser, activate, connect, goes_to

pytestmark = pytest.mark.django_db


@contextlib.contextmanager
def dripping(begun):
    """Serve an answer whose headers or body go on byte by byte, for ever."""
    stopped = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            with contextlib.suppress(OSError):  # the client has given up
                self.request.sendall(begun)
                while not stopped.wait(0.05):
                    self.request.sendall(b"X")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            stopped.set()
            server.shutdown()


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


class TestAttacks:
    """Each token or answer fails just one check."""

    @pytest.mark.parametrize(
        "claims",
        [
            {"iss": "http://127.0.0.1:1/other/v2.0"},
            {"aud": "11111111-1111-4111-8111-111111111111"},
            {"aud": ["x", "y"]},
            {"tid": "11111111-1111-4111-8111-111111111111"},
            {"tid": None},
            {"nonce": "another"},
            {"nonce": None},
            {"exp": 1_000_000_000},
            {"exp": None},
            {"nbf": 4_000_000_000},
            {"nbf": None},
            {"iat": 4_000_000_000},
            {"iat": None},
            {"oid": None},
            {"oid": 7},
            {"sub": None},
        ],
        ids=str,
    )
    def test_a_claim_that_is_not_right(self, active, person, browser, entra, claims):
        entra.keys.changed_claims = claims

        response = browser.sign_in()

        assert response.status_code == 400
        assert browser.user_id is None
        assert ProvisioningEvent.objects.filter(reason="token").exists()

    def test_clocks_may_differ_a_little(self, active, person, browser, entra):
        now = int(time.time())
        entra.keys.changed_claims = {"nbf": now + 30, "iat": now + 30}

        assert browser.sign_in().status_code == 302

    @pytest.mark.parametrize(
        ("algorithm", "key"),
        [
            ("none", {"key": None}),
            ("HS256", {"key": "the modulus of the public key, for instance, 32+"}),
            ("PS256", {}),
        ],
    )
    def test_another_algorithm(self, active, person, browser, entra, algorithm, key):
        """None at all, or a secret that everybody knows."""
        entra.keys.forgery = {"algorithm": algorithm, **key}

        assert browser.sign_in().status_code == 400
        assert browser.user_id is None

    def test_another_key(self, active, person, browser, entra):
        entra.keys.forgery = {"key": new_key()}

        assert browser.sign_in().status_code == 400
        assert browser.user_id is None

    def test_no_id_token(self, active, person, browser, entra):
        tokens = {"access_token": "x", "token_type": "Bearer"}
        entra.raw_answers = {"/token": (200, json.dumps(tokens))}

        assert browser.sign_in().status_code == 400

    @pytest.mark.parametrize("oid", ["4", "ann@contoso.example", "0", "None"])
    def test_an_object_id_that_is_none(self, active, scim, ann, browser, entra, oid):
        """Even if somebody was provisioned with it."""
        scim.post("/Users", {"userName": ann.email, "externalId": oid})
        entra.keys.changed_claims = {"oid": oid}

        assert browser.sign_in().status_code == 400
        assert browser.user_id is None

    def test_an_address_in_the_token_finds_nobody(
        self, active, ann, admin, browser, entra
    ):
        """Nor creates anybody."""
        people = get_user_model().objects.count()
        for address in (ann.email, admin.email):
            entra.keys.changed_claims = {
                "email": address,
                "preferred_username": address,
            }

            assert browser.sign_in().status_code == 400
        assert browser.user_id is None
        assert get_user_model().objects.count() == people

    def test_an_object_id_of_another_environment(
        self, several_environments, active, foreign_scim, browser, entra
    ):
        foreign_scim.post(
            "/Users",
            {"userName": "x@fabrikam.example", "externalId": entra.person.object_id},
        )

        assert browser.sign_in().status_code == 400
        assert browser.user_id is None

    def test_a_replayed_answer(self, active, person, browser, entra):
        """Neither state nor code works twice; who is in stays in, and goes on."""
        address = browser.at_entra(browser.start())
        cookies = copy.deepcopy(browser.client.cookies)
        browser.come_back(address)

        assert browser.come_back(address).status_code == 302
        assert browser.user_id == person.pk
        thief = Browser()
        thief.client.cookies = cookies
        assert thief.come_back(address).status_code == 400
        assert thief.user_id is None
        assert entra.count("/token") == 1

    def test_the_answer_of_another_browser(self, active, person, browser):
        """Login CSRF: somebody is made to use the attacker's answer."""
        address = Browser().start()
        attacker = Browser()
        answer = attacker.at_entra(address)

        assert browser.come_back(answer).status_code == 400
        assert browser.user_id is None

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_an_answer_at_the_password_form(
        self, active, person, browser, entra, method
    ):
        """Nothing but the callback redeems a code."""
        address = browser.at_entra(browser.start())
        query = address.partition("?")[2]

        getattr(browser.client, method)(
            f"/password/?{query}", {"username": "x", "password": "y"}
        )

        assert browser.user_id is None
        assert entra.count("/token") == 0

    def test_a_forged_error_signs_nobody_out(self, active, person, browser):
        browser.sign_in()

        answer = browser.client.get(
            reverse("entra_scim_oidc:callback"), {"error": "x", "state": "y"}
        )

        assert answer.status_code == 302
        assert browser.user_id == person.pk

    def test_text_of_entra_s_is_never_shown(self, active, person, browser, entra):
        entra.authorize_error = {
            "error": "<script>",
            "error_description": "AADSTS50105: <script>alert(1)</script>",
        }

        page = browser.sign_in()

        assert b"alert(1)" not in page.content
        assert b"AADSTS50105" in page.content

    def test_metadata_of_another_issuer(self, active, person, browser, entra):
        document = entra.discovery() | {"issuer": "https://evil.example"}
        entra.raw_answers = {"openid-configuration": (200, json.dumps(document))}

        page = browser.client.get(reverse("entra_scim_oidc:sign-in"))

        assert page.status_code == 503

    def test_metadata_that_leads_elsewhere(self, active, person, browser, entra):
        document = entra.discovery() | {"token_endpoint": "https://evil.example/"}
        entra.raw_answers = {"openid-configuration": (200, json.dumps(document))}

        assert browser.client.get(reverse("entra_scim_oidc:sign-in")).status_code == 503


class TestProblems:
    """Each is a page in plain words, and an event for the administrator."""

    @pytest.mark.parametrize(
        ("code", "says"),
        [
            ("AADSTS50105", "not assigned to this application"),
            ("AADSTS65001", "Ask your administrator"),
            ("AADSTS65004", "You cancelled signing in"),
            ("AADSTS50020", "Use your account of this organisation"),
            ("AADSTS50057", "disabled"),
            ("AADSTS50076", "once more"),
            ("AADSTS53003", "does not allow signing in from here"),
            ("AADSTS530084", "does not allow signing in from here"),
            ("AADSTS700016", "Ask your administrator"),
            ("AADSTS90002", "Ask your administrator"),
            ("AADSTS50011", "Ask your administrator"),
        ],
    )
    def test_what_entra_refuses(self, active, browser, entra, code, says):
        entra.authorize_error = {
            "error": "access_denied",
            "error_description": f"{code}: something in English.",
        }

        page = browser.sign_in()

        assert page.status_code == 400
        assert says in page.content.decode()
        event = ProvisioningEvent.objects.get(reason=code)
        assert code in sentence_of(event)
        assert str(event.correlation_id) in page.content.decode()

    def test_cancelled_consent(self, active, browser, entra):
        entra.authorize_error = {"error": "access_denied", "error_subcode": "cancel"}

        assert "You cancelled" in browser.sign_in().content.decode()

    @pytest.mark.parametrize("code", ["AADSTS7000222", "AADSTS7000215"])
    def test_a_bad_secret_is_told_at_once(
        self, active, person, browser, entra, bob, code
    ):
        """To the administrators, once a day."""
        error = {
            "error": "invalid_client",
            "error_description": f"{code}: The provided client secret keys are bad.",
        }
        entra.raw_answers = {"/token": (401, json.dumps(error))}

        pages = [browser.sign_in(), browser.sign_in()]

        assert [page.status_code for page in pages] == [400, 400]
        told = [message for message in mail.outbox if message.to == [bob.email]]
        assert len(told) == 1
        assert code in told[0].body
        assert entra.secret not in told[0].body
        assert ProvisioningEvent.objects.get(reason=code).count == 2

    @pytest.mark.parametrize(
        "answer",
        [(500, "{}"), (502, "<html>"), (200, "[]"), (200, "{"), (302, ""), (200, "")],
        ids=str,
    )
    @pytest.mark.parametrize("part", ["openid-configuration", "keys", "token"])
    def test_entra_answers_nonsense(self, active, person, browser, entra, part, answer):
        """Never a 500, at whichever step."""
        entra.raw_answers = {part: answer}

        if part == "openid-configuration":
            page = browser.client.get(reverse("entra_scim_oidc:sign-in"))
        else:
            page = browser.sign_in()

        assert page.status_code in (400, 503)
        assert browser.user_id is None

    def test_entra_is_down(self, active, person, browser, entra, settings):
        settings.ENTRA_SCIM_LOCAL_AUTHORITY = "http://127.0.0.1:1"

        page = browser.client.get(reverse("entra_scim_oidc:sign-in"))

        assert page.status_code == 503
        assert "Microsoft does not answer" in page.content.decode()

    def test_not_provisioned_and_inactive(self, active, scim, person, browser, entra):
        """Out at once, also for those who just left."""
        link = ProvisionedUser.objects.get()
        scim.patch(
            f"/Users/{link.pk}", {"op": "Replace", "path": "active", "value": "False"}
        )
        inactive = browser.sign_in()
        scim.delete(f"/Users/{link.pk}")
        unknown = browser.sign_in()

        assert "inactive" in inactive.content.decode()
        assert "You have no account here" in unknown.content.decode()
        assert browser.user_id is None
        assert {e.name for e in ProvisioningEvent.objects.filter(kind="sign_in_failed")}

    def test_an_environment_that_is_not_active(self, contoso, entra, person, browser):
        connect(contoso, entra)
        for url in (
            reverse("entra_scim_oidc:sign-in"),
            reverse("entra_scim_oidc:environment-sign-in", args=[contoso.pk]),
            reverse("entra_scim_oidc:environment-sign-in", args=["nonsense"]),
            reverse("entra_scim_oidc:environment-sign-in", args=["9" * 40]),
        ):
            page = browser.client.get(url)
            assert page.status_code == 400
            assert "not switched on here" in page.content.decode()

    def test_deactivated_in_between(self, active, person, browser):
        from entra_scim.models import EntraConnection

        address = browser.at_entra(browser.start())
        EntraConnection.objects.update(activated_at=None)

        assert browser.come_back(address).status_code == 400
        assert browser.user_id is None

    def test_a_provider_that_never_answers(
        self, active, person, browser, settings, monkeypatch
    ):
        """It holds nobody longer than the timeouts."""
        monkeypatch.setattr(client, "_READ", 0.2)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            settings.ENTRA_SCIM_LOCAL_AUTHORITY = f"http://127.0.0.1:{port}"
            page = browser.client.get(reverse("entra_scim_oidc:sign-in"))

        assert page.status_code == 503

    @pytest.mark.parametrize(
        "begun",
        [b"HTTP/1.0 200 OK\r\n", b"HTTP/1.0 200 OK\r\n\r\n"],
        ids=["headers", "body"],
    )
    def test_a_provider_that_drips(self, active, browser, settings, monkeypatch, begun):
        """The deadline is for the whole answer, whatever arrives of it meanwhile."""
        monkeypatch.setattr(client, "DEADLINE", 0.3)
        began = time.monotonic()

        with dripping(begun) as settings.ENTRA_SCIM_LOCAL_AUTHORITY:
            page = browser.client.get(reverse("entra_scim_oidc:sign-in"))

        assert page.status_code == 503
        assert time.monotonic() - began < 3

    def test_a_compressed_answer_is_not_unpacked(self, active, browser, entra):
        """A few bytes could fill the memory. Nobody asked for it."""
        browser.start()

        assert entra.requests[-1].headers["Accept-Encoding"] == "identity"

    def test_a_redirect_gets_no_secret(self, active, person, browser, entra):
        """The form with the secret goes to the token endpoint and nowhere else."""
        elsewhere = Entra(entra.keys)
        with serve(elsewhere) as server:
            location = ("Location", f"{server.url}/token")
            entra.raw_answers = {"/token": (307, "{}", location)}
            page = browser.sign_in()

        assert page.status_code == 503
        assert elsewhere.requests == []

    def test_a_provider_that_never_stops(self, active, browser, entra):
        entra.raw_answers = {"openid-configuration": (200, " " * 1_100_000)}

        page = browser.client.get(reverse("entra_scim_oidc:sign-in"))

        assert page.status_code == 503

    @settings(deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        path=st.sampled_from(
            ["callback/", "sign-in/", "sign-in/1/", "test/1/", "signed-out/1/"]
        ),
        query=st.dictionaries(
            st.sampled_from(
                [
                    "code",
                    "state",
                    "error",
                    "error_description",
                    "sid",
                    "next",
                    "address",
                    "session_state",
                    "error_subcode",
                ]
            ),
            st.text(max_size=40),
        ),
        text=st.text(max_size=10),
    )
    def test_nothing_that_arrives_gives_a_500(self, active, browser, path, query, text):
        """Whatever the URL has; and nobody comes in by it."""
        begun = browser.client.get("/entra/sign-in/")
        state = begun["Location"].partition("&state=")[2].partition("&")[0]
        for values in (query, {**query, "state": state}):
            answer = browser.client.get(f"/entra/{path}", values)
            assert answer.status_code < 500 or answer.status_code == 503
        answer = browser.client.get(f"/entra/sign-in/{quote(text, safe='')}/")
        assert answer.status_code < 500
        assert browser.client.post("/entra/sign-out/", query).status_code == 302
        assert browser.user_id is None


class TestKeys:
    def test_a_new_key_is_looked_for_once(self, active, person, browser, entra):
        """Entra rolls keys over without notice; invented ones cost nothing."""
        browser.sign_in()
        entra.keys.roll_over()
        assert browser.sign_in().status_code == 302

        before = entra.count("/keys")
        entra.keys.forgery = {"key": new_key(), "headers": {"kid": "invented"}}
        for _ in range(3):
            assert browser.sign_in().status_code == 400

        assert entra.count("/keys") == before

    def test_the_last_good_ones_are_used_while_entra_is_down(
        self, active, person, browser, entra, monkeypatch
    ):
        from entra_scim.oidc import metadata

        browser.sign_in()
        monkeypatch.setattr(metadata, "_FRESH", -1)
        entra.raw_answers = {
            "openid-configuration": (500, ""),
            "/keys": (500, ""),
        }

        assert Browser().sign_in().status_code == 302

    def test_two_keys_of_one_name(self, active, person, browser, entra):
        """A key without a kid, or of another type, is no key."""
        [key] = entra.jwks()["keys"]
        odd = {"keys": [{}, None, {"kid": key["kid"], "kty": "EC"}, key]}
        entra.raw_answers = {"/keys": (200, json.dumps(odd))}

        assert browser.sign_in().status_code == 302


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


class TestPasswords:
    def login(self, user, password="secret", path="/password/"):
        client = Client()
        response = client.post(
            path, {"username": user.get_username(), "password": password}
        )
        return client, response

    def test_stop_for_everybody_of_an_active_environment(
        self, browser, active, person, bob, admin, settings
    ):
        """Provisioned or not; the Admin's goes on."""
        for user in (person, bob):
            client, response = self.login(user)
            assert response.status_code == 200
            assert "_auth_user_id" not in client.session
        client, response = self.login(admin)
        assert client.session["_auth_user_id"] == str(admin.pk)

    def test_the_answer_is_that_of_a_wrong_password(self, browser, active, bob):
        """The same words; a hint at the button for all."""
        from django.contrib.auth.forms import AuthenticationForm

        def errors(username, password):
            form = AuthenticationForm(
                None, {"username": username, "password": password}
            )
            assert not form.is_valid()
            return form.errors.as_text()

        right = errors(bob.get_username(), "secret")
        assert right == errors(bob.get_username(), "wrong")
        assert right == errors("nobody", "secret")

    def test_the_work_is_that_of_a_wrong_password(
        self, browser, active, bob, monkeypatch
    ):
        """One hash, for whoever it is."""
        from django.contrib.auth import authenticate
        from django.contrib.auth.hashers import MD5PasswordHasher

        counted = []
        verify = MD5PasswordHasher.encode
        monkeypatch.setattr(
            MD5PasswordHasher,
            "encode",
            lambda self, *args: counted.append(1) or verify(self, *args),
        )

        def work(username):
            counted.clear()
            assert authenticate(None, username=username, password="wrong") is None
            return len(counted)

        alone = UserFactory(email="alone@nowhere.example")
        counts = [
            work(name) for name in (bob.get_username(), alone.get_username(), "nobody")
        ]
        assert counts == [1, 1, 1]

    def test_any_code_that_authenticates_is_refused(self, browser, active, bob):
        from django.contrib.auth import authenticate

        for known_by in (
            {"username": bob.get_username()},
            {"username": bob.get_username().upper()},
            {"username": bob.email},
            {"email": bob.email.upper()},
            {get_user_model().USERNAME_FIELD: bob.get_username()},
        ):
            assert authenticate(None, password="secret", **known_by) is None

    def test_async_code_is_refused_too(self, browser, active, bob):
        from asgiref.sync import async_to_sync
        from django.contrib.auth import aauthenticate

        form = {"username": bob.get_username(), "password": "secret"}
        assert async_to_sync(aauthenticate)(None, **form) is None

    def test_the_gate_is_nobody_s_backend(self, browser, contoso, bob):
        """Code that names no backend gets one that knows its people."""
        client = Client()

        client.force_login(bob)

        assert client.get("/who/").json()["user"] == bob.pk

    def test_work_again_after_deactivation(self, browser, active, bob):
        from entra_scim.activation import lifecycle
        from entra_scim.connection import configuration

        lifecycle.deactivate(configuration.connection_of(active))

        client, _response = self.login(bob)

        assert client.session["_auth_user_id"] == str(bob.pk)

    def test_sessions_that_a_password_opened_end(
        self, browser, contoso, entra, person, bob, admin
    ):
        connect(contoso, entra)
        clients = [self.login(user)[0] for user in (person, bob, admin)]
        assert [c.get("/who/").json()["user"] for c in clients] == [
            person.pk,
            bob.pk,
            admin.pk,
        ]

        activate(contoso)

        assert [c.get("/who/").json()["user"] for c in clients] == [
            None,
            None,
            admin.pk,
        ]

    def test_another_customer_s_people_go_on(
        self, browser, several_environments, active, carol, dave
    ):
        """And those who belong to two."""
        for user in (carol, dave):
            client, _response = self.login(user)
            assert client.get("/who/").json()["user"] == user.pk

    def test_resets_are_not_mailed(self, browser, active, person, bob, admin):
        for user in (bob, person, admin):
            Client().post("/reset/", {"email": user.email})

        assert [message.to for message in mail.outbox] == [[admin.email]]

    def test_the_button_shows_once_somebody_can_use_it(
        self, browser, contoso, entra, admin
    ):
        connect(contoso, entra)
        admin_login = reverse("admin:login")
        assert "Microsoft Entra" not in Client().get(admin_login).content.decode()

        activate(contoso)

        page = Client().get(admin_login, {"next": "/who/"}).content.decode()
        assert "use this button" in page
        assert f"{reverse('entra_scim_oidc:sign-in')}?next=%2Fwho%2F" in page

    def test_somebody_without_access_is_told_nothing_of_others(
        self, several_environments, browser, active
    ):
        user = UserFactory(email="alone@nowhere.example")

        client, response = self.login(user)

        assert client.get("/who/").json()["user"] == user.pk
        assert "Contoso" not in response.content.decode()
