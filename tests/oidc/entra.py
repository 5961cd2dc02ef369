"""An OpenID provider on loopback, in Entra's forms, that can be told to misbehave."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import secrets
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm


def new_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@functools.cache
def first_key():
    """One for all tests: making keys takes long."""
    return new_key()


class Entra:
    """One tenant, one application, and whoever is at the keyboard."""

    def __init__(self, beside=None):
        """Make a tenant, on a server of its own or beside another one."""
        self.tenant_id = uuid.uuid4()
        self.client_id = uuid.uuid4()
        self.secret = "abc8Q~" + secrets.token_hex(16)
        self.certificate = None
        self.keys = {"first": first_key()}
        self.person = {"oid": str(uuid.uuid4()), "name": "Ann Smith"}
        self.requests = []
        self.headers = {}
        self._stopped = threading.Event()
        self.behave()
        self._codes = {}
        self._assertions = set()
        self._neighbours = []
        if beside is not None:
            self.url = beside.url
            beside._neighbours.append(self)
            return
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def behave(self):
        """Do all as it should be, from now on."""
        self.changed_claims = {}
        self.signing_kid = "first"
        self.signing_key = None
        self.algorithm = "RS256"
        self.authorize_error = None
        self.token_error = None
        self.raw_answers = {}
        self.drips = None
        self.meanwhile = None
        self.redirects_to = None
        self.leaves_out_id_token = False

    def stop(self):
        self._stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def issuer(self):
        return f"{self.url}/{self.tenant_id}/v2.0"

    def count(self, part):
        """Return how many requests there were to addresses with a part."""
        return sum(part in path for path in self.requests)

    def id_token(self, nonce):
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": str(self.client_id),
            "tid": str(self.tenant_id),
            "sub": "pairwise-" + self.person["oid"],
            "nonce": nonce,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "ver": "2.0",
            "preferred_username": "somebody@contoso.example",
            **self.person,
            **self.changed_claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key = self.signing_key or self.keys.get(self.signing_kid)
        if self.algorithm == "none":
            key = None
        return jwt.encode(
            claims, key, algorithm=self.algorithm, headers={"kid": self.signing_kid}
        )

    def _handler(entra):
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_GET(self):
                entra._answer(self, None)

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                form = parse_qs(self.rfile.read(length).decode())
                entra._answer(self, {name: value[0] for name, value in form.items()})

        return Handler

    def _answer(self, handler, form):
        url = urlsplit(handler.path)
        for neighbour in self._neighbours:
            if str(neighbour.tenant_id) in url.path:
                return neighbour._answer(handler, form)
        self.requests.append(url.path)
        self.headers = handler.headers
        if self.drips:
            return self._drip(handler)
        if self.redirects_to and url.path.endswith("/token"):
            handler.send_response(307)
            handler.send_header("Location", self.redirects_to)
            handler.end_headers()
            return handler.wfile.write(b"{}")
        for part, (status, body) in self.raw_answers.items():
            if part in url.path:
                return _send(handler, status, body)
        if url.path.endswith("/authorize"):
            query = {name: value[0] for name, value in parse_qs(url.query).items()}
            return self._authorize(handler, query)
        if url.path.endswith("/token"):
            return self._token(handler, form)
        documents = {
            f"/{self.tenant_id}/v2.0/.well-known/openid-configuration": self.discovery,
            f"/{self.tenant_id}/discovery/v2.0/keys": self.jwks,
        }
        if url.path in documents:
            return _send(handler, 200, json.dumps(documents[url.path]()))
        return _send(handler, 404, "{}")

    def _drip(self, handler):
        """Send a byte now and then, for ever: in the headers or in the body."""
        handler.send_response(200)
        if self.drips == "body":
            handler.end_headers()
        handler.flush_headers()
        try:
            while not self._stopped.wait(0.05):
                handler.wfile.write(b" " if self.drips == "body" else b"X")
        except OSError:  # the client has given up
            handler.close_connection = True

    def discovery(self):
        base = f"{self.url}/{self.tenant_id}"
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
        }

    def jwks(self):
        return {
            "keys": [
                {
                    **json.loads(RSAAlgorithm.to_jwk(key.public_key())),
                    "kid": kid,
                    "use": "sig",
                }
                for kid, key in self.keys.items()
            ]
        }

    def _authorize(self, handler, query):
        assert query["client_id"] == str(self.client_id)
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert {"openid", "profile"} <= set(query["scope"].split())
        answer = {"state": query["state"]}
        if self.authorize_error:
            answer |= self.authorize_error
        else:
            answer["code"] = secrets.token_urlsafe(32)
            self._codes[answer["code"]] = query
        handler.send_response(302)
        handler.send_header("Location", f"{query['redirect_uri']}?{urlencode(answer)}")
        handler.end_headers()

    def _token(self, handler, form):
        if self.meanwhile:
            self.meanwhile()
        if self.token_error:
            return _send(handler, 401, json.dumps(self.token_error))
        query = self._codes.pop(form.get("code"), None)
        if query is None:
            return self._refuse(handler, "AADSTS54005: the code was already redeemed.")
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if challenge != query["code_challenge"]:
            return self._refuse(handler, "AADSTS501481: the verifier does not match.")
        if form["redirect_uri"] != query["redirect_uri"]:
            return self._refuse(handler, "AADSTS50011: the redirect URI differs.")
        if not self._knows(form):
            return self._refuse(handler, "AADSTS7000215: Invalid client secret.")
        answer = {"access_token": "x", "token_type": "Bearer"}
        if not self.leaves_out_id_token:
            answer["id_token"] = self.id_token(query["nonce"])
        return _send(handler, 200, json.dumps(answer))

    def _knows(self, form):
        if "client_assertion" not in form:
            return form.get("client_secret") == self.secret
        certificate = x509.load_pem_x509_certificate(self.certificate)
        header = jwt.get_unverified_header(form["client_assertion"])
        digest = certificate.fingerprint(hashes.SHA256())
        thumbprint = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        assert header == {"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}
        assert "client_secret" not in form
        assertion = jwt.decode(
            form["client_assertion"],
            certificate.public_key(),
            algorithms=["PS256"],
            audience=f"{self.url}/{self.tenant_id}/oauth2/v2.0/token",
        )
        assert assertion["exp"] - assertion["nbf"] <= 600
        assert assertion["jti"] not in self._assertions
        self._assertions.add(assertion["jti"])
        return assertion["iss"] == assertion["sub"] == str(self.client_id)

    def _refuse(self, handler, description):
        _send(
            handler,
            400,
            json.dumps({"error": "invalid_grant", "error_description": description}),
        )


def _send(handler, status, body):
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    handler.wfile.write(body.encode())
