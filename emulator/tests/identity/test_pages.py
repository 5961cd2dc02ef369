"""The pages of the local Entra, as a browser meets them."""

from __future__ import annotations

import datetime
import html
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlencode

import pytest
import requests

from entra_emulator import Tenant
from entra_emulator.local_entra import LocalEntra
from entra_emulator.server import serve
from support.client_application import (
    REDIRECT_URI,
    Visitor,
    parameters_of,
    token_of,
)


def people_of(page):
    """Return the object IDs that a picker offers, in its order."""
    assert page.status_code == 200
    return re.findall(r'name="person" value="([^"]+)"', page.text)


def came_back(response):
    """Return the parameters that the browser carries to the application."""
    assert response.status_code == 302, response.text
    return parameters_of(response.headers["Location"])


@pytest.fixture
def bob(tenant, application):
    bob = tenant.add_person("bob@contoso.example", "Bob Jones")
    application.assign(bob)
    return bob


class TestPicker:
    def test_offers_the_people_who_are_there(self, visitor, tenant, ann, bob):
        """By name; what they are called harms no page."""
        tenant.delete(tenant.add_person("gone@contoso.example", "Gone"))
        zoe = tenant.add_person("zoe@contoso.example", "<script>alert(1)</script>")
        tenant.change_person(zoe, {"displayName": "<script>zoe</script>"})

        page = visitor.authorize()

        assert people_of(page) == [zoe.object_id, ann.object_id, bob.object_id]
        assert "<script>" not in page.text
        assert "Product" in page.text
        assert "Local Entra, for development" in page.text

    def test_the_person_who_is_chosen_is_signed_in(self, visitor, ann):
        answer = came_back(visitor.sign_in(ann))

        status, body = visitor.client_application.token(answer["code"])

        assert status == 200
        assert (
            visitor.client_application.verify(body["id_token"])["name"]
            == ann.display_name
        )

    def test_offers_some_of_many(self, visitor, tenant, application):
        """The others type their address."""
        for number in range(40):
            person = tenant.add_person(f"p{number}@contoso.example")
        application.assign(person)

        page = visitor.authorize()

        assert len(people_of(page)) == 20
        assert "There are more people" in page.text
        assert "code" in came_back(visitor.choose(page, name=" P39@contoso.example "))

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("nobody@contoso.example", 50034),
            ("ann@partner.example", 50020),
            ("", 50020),
        ],
    )
    def test_a_name_of_nobody(self, visitor, ann, name, code):
        page = visitor.choose(visitor.authorize(), name=name)

        assert page.status_code == 400
        assert f"AADSTS{code}:" in page.text

    def test_cancel(self, visitor, ann):
        answer = came_back(visitor.choose(visitor.authorize(), cancel="1"))

        assert answer["error"] == "access_denied"
        assert answer["error_subcode"] == "cancel"
        assert answer["error_description"].startswith("AADSTS65004: ")
        assert answer["state"] == "state"

    def test_a_hint_comes_first(self, visitor, ann, bob):
        page = visitor.authorize(login_hint="BOB@contoso.example")

        assert people_of(page) == [bob.object_id, ann.object_id]
        assert re.search(rf'value="{bob.object_id}" autofocus', page.text)

    def test_a_hint_of_nobody_is_filled_in(self, visitor, ann):
        page = visitor.authorize(login_hint="new@contoso.example")

        assert 'value="new@contoso.example"' in page.text


class TestSingleSignOn:
    def test_goes_straight_through(self, visitor, ann):
        visitor.sign_in(ann)

        assert "code" in came_back(visitor.authorize())

    def test_other_browsers_are_asked(self, visitor, server, client_application, ann):
        visitor.sign_in(ann)

        assert people_of(Visitor(server, client_application).authorize())

    @pytest.mark.parametrize("prompt", ["login", "select_account"])
    def test_unless_the_application_wants_a_page(self, visitor, ann, bob, prompt):
        """Then those who are signed in come first."""
        visitor.sign_in(bob)

        page = visitor.authorize(prompt=prompt)

        assert people_of(page) == [bob.object_id, ann.object_id]
        assert page.text.count("Signed in") == 1

    def test_two_accounts_are_a_choice(self, visitor, ann, bob):
        """Unless a hint says which."""
        visitor.sign_in(ann)
        visitor.sign_in(bob, prompt="select_account")

        assert len(people_of(visitor.authorize())) == 2
        assert came_back(visitor.authorize(prompt="none"))["error"] == "login_required"
        hinted = came_back(visitor.authorize(login_hint=bob.user_principal_name))
        token = visitor.client_application.token(hinted["code"])[1]["id_token"]
        assert visitor.client_application.verify(token)["oid"] == bob.object_id

    def test_without_a_page(self, visitor, ann):
        """prompt=none works for who is signed in only."""
        assert came_back(visitor.authorize(prompt="none"))["error"] == "login_required"

        visitor.sign_in(ann)

        assert "code" in came_back(visitor.authorize(prompt="none"))

    def test_proving_it_again_is_the_same_session(
        self, visitor, application, provider, ann
    ):
        """Of a later sign-in, so that signing out ends all that came of it."""
        application.optional_claims |= {"sid", "auth_time"}

        def claims(answer):
            body = visitor.client_application.token(answer["code"])[1]
            return visitor.client_application.verify(body["id_token"])

        first = claims(came_back(visitor.sign_in(ann)))
        [browser] = provider.browsers.values()
        browser.sign_ins[ann].at -= datetime.timedelta(hours=1)
        second = claims(came_back(visitor.authorize()))
        third = claims(came_back(visitor.sign_in(ann, prompt="login")))

        assert first["sid"] == second["sid"] == third["sid"]
        assert second["auth_time"] == first["auth_time"] - 3600
        assert third["auth_time"] >= first["auth_time"]

    def test_max_age_asks_anew_and_brings_the_time(self, visitor, application, ann):
        """Without an optional claim (OpenID Connect Core §3.1.2.1)."""

        def claims(answer):
            body = visitor.client_application.token(answer["code"])[1]
            return visitor.client_application.verify(body["id_token"])

        assert "auth_time" not in claims(came_back(visitor.sign_in(ann)))
        assert people_of(visitor.authorize(max_age="0"))
        assert "auth_time" in claims(came_back(visitor.sign_in(ann, max_age="0")))

    def test_ends_for_those_who_leave(self, visitor, tenant, ann):
        """Disabled people are told so, deleted ones are not there."""
        visitor.sign_in(ann)
        tenant.disable(ann)
        assert "AADSTS50057" in visitor.authorize().text

        tenant.delete(ann)
        assert people_of(visitor.authorize()) == []

    def test_tenants_are_apart(
        self, tenant, entra_signing_keys, application, secret, ann
    ):
        """Somebody who is signed in at one is not at the other."""
        fabrikam = Tenant("Fabrikam")
        theirs = fabrikam.add_application("Product")
        theirs.redirect_uris.append(REDIRECT_URI)
        carol = fabrikam.add_person("carol@fabrikam.example")
        site = LocalEntra([tenant, fabrikam], keys=entra_signing_keys)
        with serve(site) as server:
            session = requests.Session()

            def authorize(one, application):
                query = urlencode(
                    {
                        "client_id": application.client_id,
                        "response_type": "code",
                        "redirect_uri": REDIRECT_URI,
                        "scope": "openid",
                    }
                )
                return session.get(
                    f"{server.url}/{one.id}/oauth2/v2.0/authorize?{query}",
                    allow_redirects=False,
                    timeout=10,
                )

            page = authorize(tenant, application)
            [action, *_] = re.findall(r'action="([^"]+)"', page.text)
            session.post(
                server.url + html.unescape(action),
                {"person": ann.object_id, "csrfmiddlewaretoken": token_of(page)},
                headers={"Origin": server.url},
                allow_redirects=False,
                timeout=10,
            )

            assert authorize(tenant, application).status_code == 302
            assert people_of(authorize(fabrikam, theirs)) == [carol.object_id]
            assert "AADSTS700016" in authorize(fabrikam, application).text


class TestRefusals:
    def test_a_page_with_what_support_asks_for(self, visitor, application, ann):
        """Code, correlation ID and time; nothing goes to the application."""
        application.unassign(ann)

        page = visitor.sign_in(ann)

        assert page.status_code == 400
        assert "AADSTS50105" in page.text
        assert re.search(r"Correlation ID</dt><dd>[0-9a-f-]{36}<", page.text)
        assert re.search(r"Timestamp</dt><dd>[0-9]{4}-[0-9-]+ [0-9:]+Z<", page.text)

    def test_another_account_is_a_way_out(self, visitor, application, ann, bob):
        """Who is signed in with the wrong one would be refused for ever."""
        application.unassign(ann)
        visitor.sign_in(ann)
        page = visitor.authorize()
        [link] = re.findall(r'href="(/[^"]+authorize[^"]+)"', page.text)

        picker = visitor.get(html.unescape(link))

        assert "code" in came_back(visitor.choose(picker, person=bob.object_id))

    def test_without_a_page_the_application_hears_of_it(
        self, visitor, application, ann
    ):
        visitor.sign_in(ann)
        application.unassign(ann)

        answer = came_back(visitor.authorize(prompt="none"))

        assert answer["error_description"].startswith("AADSTS50105: ")

    def test_a_wrong_redirect_uri_is_never_followed(self, visitor, ann):
        """Even where no page may be shown."""
        page = visitor.authorize(redirect_uri="https://evil.example/", prompt="none")

        assert page.status_code == 400
        assert "AADSTS50011" in page.text

    @pytest.mark.parametrize(
        ("tenant_id", "code"), [("x", 90002), ("common", 50194), ("contoso.com", 90002)]
    )
    def test_a_tenant_that_is_not_here(self, visitor, tenant_id, code):
        """A page for people, JSON for programs."""
        page = visitor.get(f"/{tenant_id}/oauth2/v2.0/authorize")
        document = visitor.get(f"/{tenant_id}/v2.0/.well-known/openid-configuration")

        assert page.status_code == document.status_code == 400
        assert f"AADSTS{code}" in page.text
        assert document.json()["error_codes"] == [code]


class TestConsent:
    @pytest.fixture(autouse=True)
    def _nobody_consented(self, application):
        application.has_consent = False

    def test_is_asked_for_once(self, visitor, ann):
        page = visitor.sign_in(ann)
        assert "Permissions requested" in page.text

        accepted = visitor.choose(page, person=ann.object_id, consent="1")

        assert "code" in came_back(accepted)
        assert "code" in came_back(visitor.authorize())
        assert "Permissions requested" in visitor.authorize(prompt="consent").text

    def test_can_be_declined(self, visitor, ann):
        page = visitor.sign_in(ann)

        answer = came_back(visitor.choose(page, person=ann.object_id, cancel="1"))

        assert answer["error_description"].startswith("AADSTS65004: ")

    def test_cannot_be_asked_for_without_a_page(self, visitor, ann):
        visitor.sign_in(ann)

        answer = came_back(visitor.authorize(prompt="none"))

        assert answer["error"] == "consent_required"
        assert answer["error_description"].startswith("AADSTS65001: ")


class TestFormPost:
    def test_posts_to_the_application(self, visitor, ann):
        """With a button, for browsers without scripts."""
        page = visitor.sign_in(ann, response_mode="form_post")

        assert f'action="{REDIRECT_URI}"' in page.text
        fields = dict(
            re.findall(r'type="hidden" name="([^"]+)" value="([^"]+)"', page.text)
        )
        assert fields["state"] == "state"
        assert visitor.client_application.token(fields["code"])[0] == 200
        policy = page.headers["Content-Security-Policy"]
        assert "form-action 'self' https://product.example;" in policy

    def test_posts_errors_too(self, visitor, ann):
        page = visitor.choose(visitor.authorize(response_mode="form_post"), cancel="1")

        assert 'name="error" value="access_denied"' in page.text


class TestSigningOut:
    @pytest.fixture
    def hears_of_it(self, application):
        """A product that notes who signs out."""
        asked = []

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_GET(self):
                asked.append(self.path)
                self.send_response(200)
                self.end_headers()

        with HTTPServer(("127.0.0.1", 0), Handler) as product:
            application.logout_url = (
                f"http://127.0.0.1:{product.server_port}/out/?customer=7"
            )
            yield product, asked

    def logout(self, visitor, **query):
        tenant_id = visitor.client_application.provider.tenant.id
        return visitor.get(f"/{tenant_id}/oauth2/v2.0/logout", params=query)

    def test_tells_the_applications_in_frames(self, visitor, application, tenant, ann):
        """Those that the person signed in to, each with the sid of its tokens."""
        application.logout_url = "https://product.example/out/?customer=7"
        application.optional_claims.add("sid")
        unused = tenant.add_application("Unused")
        unused.logout_url = "https://unused.example/"
        answer = came_back(visitor.sign_in(ann))
        token = visitor.client_application.token(answer["code"])[1]["id_token"]
        sid = visitor.client_application.verify(token)["sid"]

        page = self.logout(visitor)

        [frame] = re.findall(r'<iframe hidden src="([^"]+)"', page.text)
        assert html.unescape(frame) == f"{application.logout_url}&sid={sid}"
        policy = page.headers["Content-Security-Policy"]
        assert policy.endswith("frame-src https://product.example")
        assert people_of(visitor.authorize()) == [ann.object_id]
        assert "Signed in" not in visitor.authorize().text

    def test_goes_back_where_it_may(self, visitor, ann):
        """To a redirect URI, once the frames are loaded."""
        visitor.sign_in(ann)

        page = self.logout(visitor, post_logout_redirect_uri=REDIRECT_URI, state="7&8")

        assert f'content="0; url={REDIRECT_URI}?state=7%268"' in page.text

    def test_goes_nowhere_else(self, visitor, ann):
        visitor.sign_in(ann)

        page = self.logout(visitor, post_logout_redirect_uri="https://evil.example/")

        assert "evil" not in page.text
        assert "You signed out" in page.text

    def test_of_one_account(self, visitor, application, ann, bob):
        """By the claim login_hint; not by a name that somebody guesses."""
        application.optional_claims.add("login_hint")
        answer = came_back(visitor.sign_in(bob))
        token = visitor.client_application.token(answer["code"])[1]["id_token"]
        hint = visitor.client_application.verify(token)["login_hint"]
        visitor.sign_in(ann, prompt="select_account")

        self.logout(visitor, logout_hint=hint)

        assert "code" in came_back(
            visitor.authorize(login_hint=ann.user_principal_name)
        )
        assert people_of(visitor.authorize(login_hint=bob.user_principal_name))

    def test_of_a_name(self, visitor, ann, bob):
        """Entra does not know who is meant by a name: everybody is signed out."""
        visitor.sign_in(ann)
        visitor.sign_in(bob, prompt="select_account")

        self.logout(visitor, logout_hint=bob.user_principal_name)

        assert people_of(visitor.authorize(login_hint=ann.user_principal_name))

    def test_without_a_browser(self, provider, client_application, hears_of_it, ann):
        """Everywhere at once, for tests."""
        product, asked = hears_of_it
        client_application.answer(ann)
        client_application.answer(ann)
        product.timeout = 10

        thread = threading.Thread(
            target=lambda: [product.handle_request() for _ in range(2)]
        )
        thread.start()

        statuses = provider.sign_out(ann)
        thread.join()

        assert set(statuses.values()) == {200}
        assert [path.partition("sid=")[0] for path in asked] == [
            "/out/?customer=7&"
        ] * 2
        assert provider.sign_out(ann) == {}

    def test_an_application_that_does_not_answer(
        self, provider, client_application, application, ann
    ):
        """It cannot keep anybody signed in."""
        application.logout_url = "http://127.0.0.1:1/"
        client_application.answer(ann)

        assert list(provider.sign_out(ann).values()) == [None]


class TestDocuments:
    def test_discovery(self, visitor, tenant):
        """Exactly Entra's forms, with nothing about PKCE."""
        base = f"{visitor.url}/{tenant.id}"

        document = visitor.get(
            f"/{tenant.id}/v2.0/.well-known/openid-configuration"
        ).json()

        assert document["issuer"] == f"{base}/v2.0"
        assert document["authorization_endpoint"] == f"{base}/oauth2/v2.0/authorize"
        assert document["token_endpoint"] == f"{base}/oauth2/v2.0/token"
        assert document["jwks_uri"] == f"{base}/discovery/v2.0/keys"
        assert document["end_session_endpoint"] == f"{base}/oauth2/v2.0/logout"
        assert document["subject_types_supported"] == ["pairwise"]
        assert document["frontchannel_logout_supported"] is True
        assert "code_challenge_methods_supported" not in document

    def test_keys(self, visitor, tenant):
        """Public halves alone."""
        document = visitor.get(f"/{tenant.id}/discovery/v2.0/keys").json()

        [key] = document["keys"]
        assert key.keys() == {"kty", "use", "kid", "n", "e", "issuer"}

    def test_token(self, visitor, tenant, ann):
        answer = came_back(visitor.sign_in(ann))
        url = f"{visitor.url}/{tenant.id}/oauth2/v2.0/token"
        form = {**visitor.client_application.form, "code": answer["code"]}

        first = requests.post(url, form, timeout=10)
        second = requests.post(url, form, timeout=10)

        assert first.status_code == 200
        assert first.headers["Content-Type"] == "application/json"
        assert second.json()["error_codes"] == [54005]
