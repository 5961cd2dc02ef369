"""An OpenID issuer of workloads, and the endpoint where a machine asks for its tokens."""

from __future__ import annotations

import json
import time
from urllib.parse import parse_qs

AUDIENCE = "api://AzureADTokenExchange"


class Issuer:
    """Vouches for a workload; a WSGI application once its ``url`` is known."""

    url = ""
    subject = "system:serviceaccount:product:web"
    status = "200 OK"
    lifetime = 600

    def __init__(self, keys):
        self.keys = keys
        self.asked = []

    def assertion(self, **changes):
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": self.subject,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + self.lifetime,
        }
        return self.keys.sign(claims | changes)

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        if path == "/.well-known/openid-configuration":
            document = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        elif path == "/keys":
            document = self.keys.published(self.url)
        else:
            self.asked.append(
                (
                    environ.get("HTTP_X_IDENTITY_HEADER"),
                    parse_qs(environ["QUERY_STRING"]),
                )
            )
            document = {"access_token": self.assertion()}
        start_response(self.status, [("Content-Type", "application/json")])
        return [json.dumps(document).encode()]
