"""A SCIM client that speaks as Entra does."""

from __future__ import annotations

import json

from django.test import Client

MEDIA_TYPE = "application/scim+json"


class ScimClient:
    """Speak SCIM to one environment's endpoint, as Entra does."""

    def __init__(self, base, key):
        self.base = base
        self.key = key
        self._client = Client(headers={"authorization": f"Bearer {key}"})

    def get(self, path, query=None, **headers):
        return self._request("get", path, query, headers=headers)

    def filter(self, text, **query):
        """Return the ids that a filter finds."""
        response = self.get("/Users", {"filter": text, **query})
        assert response.status_code == 200, response.content
        return [resource["id"] for resource in response.json()["Resources"]]

    def post(self, path, body, **headers):
        return self._write("post", path, body, headers)

    def put(self, path, body, **headers):
        return self._write("put", path, body, headers)

    def patch(self, path, *operations, **headers):
        body = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": list(operations),
        }
        return self._write("patch", path, body, headers)

    def delete(self, path, **headers):
        return self._request("delete", path, headers=headers)

    def send(self, method, path, data, content_type=MEDIA_TYPE, **headers):
        """Send a body as it is."""
        return self._request(
            "generic",
            path,
            data=data,
            content_type=content_type,
            headers=headers,
            before=(method.upper(),),
        )

    def _write(self, method, path, body, headers):
        return self.send(method, path, json.dumps(body), **headers)

    def _request(self, method, path, *args, headers, before=(), **kwargs):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        response = getattr(self._client, method)(
            *before, self.base + path, *args, headers=headers, **kwargs
        )
        if response.content:
            assert response["Content-Type"] == MEDIA_TYPE
        assert response["Cache-Control"] == "no-store"
        return response
