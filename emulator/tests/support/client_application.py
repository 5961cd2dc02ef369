"""A product that signs people in at the local Entra, and the browser of one of them."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import secrets
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import requests

REDIRECT_URI = "https://product.example/callback/"
BASE = "http://127.0.0.1:9000"


class ClientApplication:
    """A product that speaks to a local Entra, without a network."""

    def __init__(self, provider, application, secret):
        self.provider = provider
        self.base = f"{BASE}/{provider.tenant.id}"
        self.verifier = secrets.token_urlsafe(40)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        self.parameters = {
            "client_id": application.client_id,
            "response_type": "code",
            "redirect_uri": REDIRECT_URI,
            "scope": "openid profile email",
            "state": "state",
            "nonce": "nonce",
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        self.form = {
            "client_id": application.client_id,
            "client_secret": secret.value,
            "grant_type": "authorization_code",
            "redirect_uri": REDIRECT_URI,
            "code_verifier": self.verifier,
        }

    def authorization_url(self, **changes):
        parameters = without_none({**self.parameters, **changes})
        return f"{self.base}/oauth2/v2.0/authorize?{urlencode(parameters)}"

    def answer(self, person, **changes):
        """Return the parameters that come back with the browser."""
        address = self.provider.answer(self.authorization_url(**changes), person)
        return parameters_of(address)

    def token(self, code, headers=None, **changes):
        """Return the status and the JSON of the token endpoint."""
        form = without_none({**self.form, "code": code, **changes})
        status, body = self.provider.token(self.base, form.items(), headers or {})
        return status, json.loads(body)

    def refusal(self, code, **changes):
        """Return the AADSTS code that the token endpoint refuses with."""
        status, body = self.token(code, **changes)
        assert status in (400, 401)
        [number] = body["error_codes"]
        assert body["error_description"].startswith(f"AADSTS{number}: ")
        return number

    def claims(self, person, **changes):
        """Sign a person in, and return the verified claims of the ID token."""
        status, body = self.token(self.answer(person, **changes)["code"])
        assert status == 200, body
        return self.verify(body["id_token"])

    def verify(self, id_token):
        kid = jwt.get_unverified_header(id_token)["kid"]
        published = self.provider.keys.published("")["keys"]
        key = next(key for key in published if key["kid"] == kid)
        return jwt.decode(
            id_token,
            jwt.PyJWK({**key, "alg": "RS256"}),
            algorithms=["RS256"],
            audience=self.form["client_id"],
            issuer=f"{self.base}/v2.0",
        )


def without_none(values):
    return {name: value for name, value in values.items() if value is not None}


def parameters_of(address):
    assert address.startswith(f"{REDIRECT_URI}?"), address
    return dict(parse_qsl(urlsplit(address).query))


def token_of(page):
    """Return what a page's forms prove with that the page is the site's own."""
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]


class Visitor:
    """Somebody's browser at the pages of a local Entra."""

    def __init__(self, server, client_application):
        self.session = requests.Session()
        self.url = server.url
        self.client_application = client_application

    def get(self, path, **options):
        return self.session.get(
            f"{self.url}{path}", allow_redirects=False, timeout=10, **options
        )

    def authorize(self, **changes):
        """Come from the application."""
        return self.get(self.path(**changes))

    def path(self, **changes):
        url = self.client_application.authorization_url(**changes)
        return url.removeprefix(BASE)

    def choose(self, page, origin=None, **form):
        """Send one of the forms of a page."""
        assert page.status_code == 200, page.text
        [action, *_others] = re.findall(r'action="([^"]+)"', page.text)
        form["csrfmiddlewaretoken"] = token_of(page)
        return self.session.post(
            self.url + html.unescape(action),
            form,
            headers={"Origin": self.url if origin is None else origin},
            allow_redirects=False,
            timeout=10,
        )

    def sign_in(self, person, **changes):
        return self.choose(self.authorize(**changes), person=person.object_id)
