"""The local Entra signs in anybody: it must not become a hole."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

import hypothesis
import pytest
import requests
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from entra_emulator.local_entra import LocalEntra
from entra_emulator.server import serve


def ask(site, **environ):
    """Return the status line and the text of what a site answers without a server."""
    environ = {"PATH_INFO": "/nothing/", "REMOTE_ADDR": "127.0.0.1", **environ}
    setup_testing_defaults(environ)
    statuses = []
    body = site(environ, lambda status, headers: statuses.append(status))
    return statuses[0], b"".join(body).decode()


class TestWhereItRuns:
    @pytest.mark.parametrize(
        "host", ["0.0.0.0", "", "192.0.2.1", "::", "::1", "entra.example"]
    )
    def test_on_this_machine_only(self, site, host):
        with pytest.raises(ValueError, match="not an IPv4 address of this machine"):
            serve(site, host=host).__enter__()

    def test_by_either_name(self, site):
        with serve(site, host="localhost") as server:
            assert server.url.startswith("http://localhost:")

    def test_not_in_another_django_project(self):
        """Whose settings, URLs and cookies would be those of the pages."""
        code = (
            "from django.conf import settings; settings.configure();"
            "from entra_emulator.local_entra import LocalEntra; LocalEntra()"
        )
        ended = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True
        )

        assert "NotAlone" in ended.stderr
        assert "entra_emulator.process.local_entra()" in ended.stderr


class TestRequests:
    @pytest.mark.parametrize(
        "host",
        [
            "evil.example",
            "127.0.0.1.evil.example",
            "192.0.2.1:80",
            "",
            "[",
            "127.0.0.1/x",
            "x@127.0.0.1",
        ],
    )
    def test_under_another_name(self, visitor, host):
        """Somebody's domain may lead to this machine (DNS rebinding)."""
        page = visitor.get(visitor.path(), headers={"Host": host})

        assert page.status_code == 400
        assert "This host is not the local Entra." in page.text

    @pytest.mark.parametrize(
        "environ",
        [
            {"REMOTE_ADDR": "192.0.2.1"},
            {"REMOTE_ADDR": "::ffff:192.0.2.1"},
            {"REMOTE_ADDR": ""},  # over a Unix socket, thus from a proxy
            {"HTTP_X_FORWARDED_FOR": "192.0.2.1"},
            {"HTTP_X_FORWARDED_HOST": "product.example"},
            {"HTTP_X_REAL_IP": "192.0.2.1"},
            {"HTTP_FORWARDED": "for=192.0.2.1"},
            {"HTTP_VIA": "1.1 proxy"},
        ],
        ids=str,
    )
    def test_from_another_machine(self, site, environ):
        """Another server may listen to all the world, and a proxy ask for others."""
        assert ask(site, **environ)[0] == "400 BAD REQUEST"

    @pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1"])
    def test_from_this_machine(self, site, address):
        assert ask(site, REMOTE_ADDR=address)[0] == "404 Not Found"

    def test_under_the_other_name_of_this_machine(self, visitor, tenant):
        """The issuer follows, as an application on localhost expects."""
        document = visitor.get(
            f"/{tenant.id}/v2.0/.well-known/openid-configuration",
            headers={"Host": "localhost:9000"},
        ).json()

        assert document["issuer"] == f"http://localhost:9000/{tenant.id}/v2.0"

    @pytest.mark.parametrize(
        "origin", ["https://evil.example", "null", "http://127.0.0.1:1", ""]
    )
    def test_forms_of_other_sites_are_refused(self, visitor, ann, origin):
        """Nobody is signed in by a page that they happen to look at."""
        page = visitor.choose(visitor.authorize(), origin=origin, person=ann.object_id)

        assert page.status_code == 400
        assert "This form was sent from another site." in page.text
        assert "local_entra" not in visitor.session.cookies

    def test_headers(self, visitor, ann):
        """Nothing inline, in no frame, in no cache; forms lead to the product only."""
        headers = visitor.authorize().headers

        assert headers["Content-Security-Policy"] == (
            "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
            "img-src 'self'; script-src 'self'; style-src 'self'; "
            "form-action 'self' https://product.example; frame-src 'none'"
        )
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"

    def test_the_cookie_is_its_own(self, visitor, ann):
        """The product on this host has cookies too, and ports do not separate them."""
        visitor.sign_in(ann)

        cookies = {cookie.name: cookie for cookie in visitor.session.cookies}
        assert cookies.keys() == {"local_entra", "local_entra_csrf"}
        cookie = cookies["local_entra"]
        assert cookie.path == f"/{visitor.client_application.provider.tenant.id}/"
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "Lax"

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/", 302),
            ("/favicon.ico", 404),
            ("/static/nothing.css", 404),
            ("/static/..%2fsite.py", 404),
            ("/static/sign_in.css", 200),
            ("/%00/oauth2/v2.0/authorize", 400),
            ("/%ff/oauth2/v2.0/authorize?%ff=%00&x=%", 400),
        ],
    )
    def test_addresses(self, visitor, path, status):
        assert visitor.get(path).status_code == status

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "OPTIONS"])
    @pytest.mark.parametrize("page", ["authorize", "token", "logout"])
    def test_other_methods(self, visitor, tenant, method, page):
        response = requests.request(
            method,
            f"{visitor.url}/{tenant.id}/oauth2/v2.0/{page}",
            headers={"Origin": visitor.url},
            timeout=10,
        )

        assert response.status_code == 405

    @pytest.mark.parametrize(
        "kind", ["multipart/form-data", "multipart/form-data; boundary=x"]
    )
    def test_a_form_that_is_none(self, visitor, tenant, kind):
        response = requests.post(
            f"{visitor.url}/{tenant.id}/oauth2/v2.0/token",
            b"--x\r\nnonsense",
            headers={"Content-Type": kind},
            timeout=10,
        )

        assert response.status_code == 400

    def test_speaks_dutch(self, visitor, ann):
        page = visitor.get(visitor.path(), headers={"Accept-Language": "nl-NL,en"})

        assert '<html lang="nl">' in page.text
        assert "Kies een account" in page.text

    def test_a_failure_is_a_page(self, visitor, provider, monkeypatch, caplog):
        """And the trace is in the log."""
        monkeypatch.setattr(provider, "keys", None)

        page = visitor.get(f"/{provider.tenant.id}/discovery/v2.0/keys")

        assert page.status_code == 500
        assert "The local Entra failed" in page.text
        assert "Traceback" not in page.text
        assert "AttributeError" in caplog.text


ANYTHING = st.text(max_size=30)


@hypothesis.settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(
    page=st.sampled_from(
        ["oauth2/v2.0/authorize", "oauth2/v2.0/logout", "oauth2/v2.0/token", "login"]
    ),
    method=st.sampled_from(["GET", "POST"]),
    query=st.dictionaries(
        st.sampled_from(
            [
                "client_id",
                "redirect_uri",
                "response_type",
                "response_mode",
                "scope",
                "state",
                "nonce",
                "prompt",
                "login_hint",
                "claims",
                "code_challenge",
                "code_challenge_method",
                "logout_hint",
                "post_logout_redirect_uri",
                "client",
                "user",
                "sign_in",
                "duplicate_params",
                "cancel",
                "person",
                "name",
            ]
        ),
        ANYTHING,
    ),
    form=st.dictionaries(
        st.sampled_from(
            [
                "client_id",
                "client_secret",
                "client_assertion",
                "grant_type",
                "code",
                "code_verifier",
                "redirect_uri",
                "person",
                "name",
                "consent",
                "scope",
            ]
        ),
        ANYTHING,
    ),
    is_good=st.booleans(),
)
def test_nothing_that_arrives_is_a_failure(
    site, client_application, ann, page, method, query, form, is_good
):
    """Whatever parameters have, with the others right or missing."""
    if is_good:
        query = {**client_application.parameters, **query}
        form = {**client_application.form, "person": ann.object_id, **form}
    body = urlencode(form).encode()
    environ = {
        "PATH_INFO": f"/{client_application.provider.tenant.id}/{page}",
        "QUERY_STRING": urlencode(query),
        "REQUEST_METHOD": method,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_ORIGIN": "http://127.0.0.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": BytesIO(body),
    }
    setup_testing_defaults(environ)
    started = []

    site(environ, lambda status, headers: started.append(status))

    assert started[0][0] in "234"


def test_tenants_can_come_later(tenant, entra_signing_keys):
    site = LocalEntra(keys=entra_signing_keys)
    assert site.identity_provider(tenant.id) is None

    provider = site.add(tenant)

    assert site.identity_provider(tenant.id.upper()) is provider
