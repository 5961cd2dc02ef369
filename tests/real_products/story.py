"""What each real product goes through, over HTTP and by commands alone."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any

PASSWORD = "Secret words 4711!"
ADDRESS = "Ann@contoso.example"


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product that is served, and where to look."""

    server: str
    scim: str
    key: str
    log_in: str
    inside: str
    fields: dict[str, str]
    """What Ann types beside her password."""

    held: Callable[[], list[str]]
    """Tells which roles Ann has in the product."""


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


class Browser:
    """Somebody who opens pages, with cookies."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(
            _Stay, urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def open(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        url = f"{self.product.server}{path}"
        request = urllib.request.Request(url, data, {"Referer": url})
        try:
            with self.opener.open(request) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def sign_in(self) -> None:
        """Fill in the product's own form, as people do."""
        _status, page = self.open(self.product.log_in)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        form = {**self.product.fields, "password": PASSWORD}
        if token:
            form["csrfmiddlewaretoken"] = token[1]
        self.open(self.product.log_in, form)

    @property
    def is_in(self) -> bool:
        status, _page = self.open(self.product.inside)
        assert status in (200, 302), status
        return status == 200


def entra(product: Product, method: str, path: str, body: Any = None) -> Any:
    """Send a request as Entra does, and return the answer."""
    request = urllib.request.Request(
        f"{product.scim}{path}",
        json.dumps(body).encode() if body is not None else None,
        {
            "Authorization": f"Bearer {product.key}",
            "Content-Type": "application/scim+json",
        },
        method=method,
    )
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def change(product: Product, person: str, **values: Any) -> None:
    entra(
        product,
        "PATCH",
        f"/Users/{person}",
        {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [
                {"op": "Replace", "path": path, "value": value}
                for path, value in values.items()
            ],
        },
    )


def play(product: Product, say: Callable[[str], None]) -> None:
    """Play it.

    Raises:
        AssertionError: Something is otherwise than it should be.
    """
    browser = Browser(product)
    browser.sign_in()
    assert browser.is_in, "Ann cannot sign in before Entra is there."
    found = entra(product, "GET", f"/Users?filter=userName+eq+%22{ADDRESS}%22")
    assert found["totalResults"] == 0
    ann = entra(
        product,
        "POST",
        "/Users",
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": ADDRESS,
            "displayName": "Ann Smith",
            "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
            "roles": [{"value": "Viewer"}],
        },
    )["id"]
    assert product.held() == ["Viewer"], product.held()
    assert browser.is_in, "Linking has signed Ann out."
    say("linked Ann, who stays signed in")

    eve = entra(
        product,
        "POST",
        "/Users",
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "eve@contoso.example",
            "displayName": "Eve Jones",
            "externalId": "7c1bfb0e-61d7-4f0e-8b4e-0f3b8a5f7f10",
        },
    )
    assert eve["active"] is True
    say("created Eve")

    change(product, ann, roles=[{"value": "Editor"}])
    assert product.held() == ["Editor"], product.held()
    say("changed a role")

    change(product, ann, active=False)
    again = Browser(product)
    again.sign_in()
    assert (product.held(), browser.is_in, again.is_in) == ([], False, False)
    say("let Ann leave: no role, no session, no sign-in")

    change(product, ann, active=True)
    again.sign_in()
    assert (product.held(), browser.is_in, again.is_in) == (["Editor"], False, True)
    say("let Ann return: her role, no old session, her own password")
