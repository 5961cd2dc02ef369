"""Sign-ins that fail, and what people are told."""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import threading
import time
from urllib.parse import quote

import pytest
from django.core import mail
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entra_emulator.server import serve
from entra_scim.connection import calls
from entra_scim.models import ProvisionedUser, ProvisioningEvent
from entra_scim.story.sentences import sentence_of
from tests.support.entra import Entra, new_key
from tests.support.sign_in import Browser, connect

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
        assert told[0].body.startswith(f"Nobody of {active} can sign in")
        assert entra.secret not in told[0].body
        assert ProvisioningEvent.objects.get(reason=code).count == 2

    @pytest.mark.parametrize(
        "answer",
        [
            (400, "{}"),
            (500, "{}"),
            (502, "<html>"),
            (200, "[]"),
            (200, "{"),
            (302, ""),
            (200, ""),
        ],
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

        assert page.status_code == 503
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
        monkeypatch.setattr(calls, "READ", 0.2)
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
        """The deadline is for the whole answer, whatever arrives of it until then."""
        monkeypatch.setattr(calls, "DEADLINE", 0.3)
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
        self, active, person, browser, entra, clock
    ):
        browser.sign_in()
        clock.skip(hours=2)
        entra.raw_answers = {
            "openid-configuration": (500, ""),
            "/keys": (500, ""),
        }

        assert Browser().sign_in().status_code == 302

    def test_two_keys_of_one_name(self, active, person, browser, entra):
        """A key without a kid, or of another type, is not a key."""
        [key] = entra.jwks()["keys"]
        odd = {"keys": [{}, None, {"kid": key["kid"], "kty": "EC"}, key]}
        entra.raw_answers = {"/keys": (200, json.dumps(odd))}

        assert browser.sign_in().status_code == 302
