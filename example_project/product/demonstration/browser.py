"""A browser without a window, for the demo."""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin

import requests
from django.core.management.base import CommandError

from .portal import address_of


class Browser:
    """Somebody's browser: it posts the product's forms, and goes to Entra and back."""

    def __init__(self, product: str) -> None:
        self._session = requests.Session()
        self._product = product

    def get(self, path: str) -> str:
        """Open a page of the product, and return its text."""
        return self._text(self._session.get(self._product + path))

    def post(self, path: str, **fields: str) -> str:
        """Send a form of the product, and return the page that follows."""
        headers = {"X-CSRFToken": self._session.cookies.get("csrftoken", "")}
        response = self._session.post(
            self._product + path, data=fields, headers=headers
        )
        return self._text(response)

    def log_in(self, username: str, password: str) -> bool:
        """Use the password form, and tell whether it let the person in."""
        self.get("/login/")
        self.post("/login/", username=username, password=password)
        return self.is_signed_in

    def sign_in(self, path: str, name: str) -> str:
        """Follow a link to Entra, choose an account, and return the page after it.

        Anyone who is signed in at Entra with this browser is not asked again.
        """
        page = self._session.get(self._product + path)
        if "/oauth2/v2.0/authorize" not in page.url:
            return self._text(page)
        action, token = (
            html.unescape(_found(pattern, page.text))
            for pattern in (
                r'<form method="post" action="([^"]+)"',
                r'name="csrfmiddlewaretoken" value="(\w+)"',
            )
        )
        fields = {"name": address_of(name), "csrfmiddlewaretoken": token}
        return self._text(self._session.post(urljoin(page.url, action), fields))

    @property
    def is_signed_in(self) -> bool:
        """Whether the product knows who this is, at its next request."""
        response = self._session.get(f"{self._product}/", allow_redirects=False)
        return response.status_code == 200

    def _text(self, response: requests.Response) -> str:
        if response.status_code >= 500:
            raise CommandError(f"{response.url} failed.")
        return response.text


def _found(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    if found is None:
        raise CommandError(f"Entra's page has no form: {heading_of(page)}")
    return found[1]


def heading_of(page: str) -> str:
    """Return the heading of a page."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    return html.unescape(found[1].strip()) if found else ""


def value_of(page: str, field: str) -> str:
    """Return the value of an input by its id.

    Raises:
        CommandError: There is none.
    """
    for element in re.findall(r"<input[^>]*>", page):
        if f'id="{field}"' in element:
            found = re.search(r'value="([^"]*)"', element)
            return html.unescape(found[1]) if found else ""
    raise CommandError(f"The page has no {field}.")
