"""The local Entra, with somebody at the keyboard, which can be told to misbehave."""

from __future__ import annotations

import io
from http.client import responses
from urllib.parse import urlencode

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.handlers.wsgi import WSGIRequest

from entra_emulator import Tenant
from entra_emulator.applications import Certificate
from entra_emulator.identity import SigningKeys
from entra_emulator.identity.discovery import configuration, issuer_of
from entra_emulator.site import EmulatorSite


def new_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class TamperingKeys(SigningKeys):
    """Entra's keys, in the hands of somebody who changes tokens."""

    def __init__(self, keys):
        super().__init__()
        self._keys = keys._all()  # making new ones takes long
        self.signed = []
        self.behave()

    def behave(self):
        self.changed_claims = {}
        self.forgery = {}

    @property
    def honest(self):
        """What tokens are signed with, by the names of ``jwt.encode``."""
        kid, key = list(self._all().items())[-1]
        return {"key": key, "algorithm": "RS256", "headers": {"kid": kid}}

    def sign(self, claims):
        changed = {**claims, **self.changed_claims}
        present = {name: value for name, value in changed.items() if value is not None}
        self.signed.append(jwt.encode(present, **(self.honest | self.forgery)))
        return self.signed[-1]


class Entra:
    """A tenant with one application, and somebody at the keyboard.

    It is a WSGI application before the local Entra's site: somebody at the keyboard
    chooses nothing on its pages, and some answers are not the site's.
    """

    def __init__(self, keys):
        self.tenant = Tenant()
        self.application = self.tenant.add_application("Product")
        self.application.assignment_required = False
        self.application.redirect_uris.append("http://testserver/entra/callback/")
        self.tenant_id, self.client_id = self.tenant.id, self.application.client_id
        self.new_secret()
        self.person = self.tenant.add_person("somebody@contoso.example", "Ann Smith")
        self.keys = TamperingKeys(keys)
        self.requests = []
        self.behave()
        self._site = EmulatorSite([self.tenant], keys=self.keys)
        self._neighbours = []

    def neighbour(self):
        """Make another tenant at the same address, with the same product."""
        other = Entra(self.keys)
        other.url = self.url
        other.application.redirect_uris = self.application.redirect_uris
        self._neighbours.append(other)
        return other

    def behave(self):
        """Do all as it should be, from now on."""
        self.keys.behave()
        self.authorize_error = None
        self.raw_answers = {}
        self.meanwhile = None

    def new_secret(self):
        """Put a new client secret in the place of the old one."""
        self.application.secrets.clear()
        self.secret = self.tenant.add_secret(self.application).value

    def upload(self, certificate):
        """Add a certificate (PEM) to the application."""
        loaded = x509.load_pem_x509_certificate(certificate)
        self.application.certificates.append(Certificate(certificate=loaded))

    @property
    def issuer(self):
        return issuer_of(f"{self.url}/{self.tenant_id}")

    def discovery(self):
        return configuration(f"{self.url}/{self.tenant_id}")

    def jwks(self):
        return self.keys.published(self.issuer)

    def count(self, part):
        """Return how many requests there were to addresses with a part."""
        return sum(part in request.path for request in self.requests)

    def __call__(self, environ, start_response):
        for neighbour in self._neighbours:
            if neighbour.tenant_id in environ["PATH_INFO"]:
                return neighbour(environ, start_response)
        request = WSGIRequest(environ)
        environ["wsgi.input"] = io.BytesIO(request.body)  # which the site reads too
        self.requests.append(request)
        for part, (status, body, *headers) in self.raw_answers.items():
            if part in request.path:
                headers.append(("Content-Type", "application/json"))
                start_response(f"{status} {responses[status]}", headers)
                return [body.encode()]
        if request.path.endswith("/authorize"):
            start_response("302 Found", [("Location", self._authorize(request))])
            return []
        if self.meanwhile and request.path.endswith("/token"):
            self.meanwhile()
        return self._site(environ, start_response)

    def _authorize(self, request):
        query = request.GET
        assert query["code_challenge_method"] == "S256"
        assert {"openid", "profile"} <= set(query["scope"].split())
        provider = self._site.identity_provider(self.tenant_id)
        address = f"{self.url}{request.path_info}?{query.urlencode()}"
        answer = provider.answer(address, self.person)
        if self.authorize_error:
            error = {"state": query["state"], **self.authorize_error}
            answer = f"{query['redirect_uri']}?{urlencode(error)}"
        return answer
