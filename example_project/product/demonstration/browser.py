from __future__ import annotations

import html
import re

import requests
from django.core.management.base import CommandError

from entra_emulator import Person
from entra_emulator.identity import IdentityProvider


class Browser:
    """Somebody's browser: it posts the product's forms, and goes to Entra and back."""

    def __init__(self, product: str, identity_provider: IdentityProvider) -> None:
        self._session = requests.Session()
        self._product = product
        self._identity_provider = identity_provider

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

    def sign_in(self, path: str, person: Person) -> str:
        """Follow a link to Entra as a person, and return the page after it."""
        way = self._session.get(self._product + path, allow_redirects=False)
        return self._come_back(way, person)

    def test_sign_in(self, path: str, person: Person) -> str:
        """Press the button "Test sign-in", and return the page after it."""
        headers = {"X-CSRFToken": self._session.cookies.get("csrftoken", "")}
        way = self._session.post(
            self._product + path, headers=headers, allow_redirects=False
        )
        way = self._session.get(
            self._product + way.headers["Location"], allow_redirects=False
        )
        return self._come_back(way, person)

    @property
    def is_signed_in(self) -> bool:
        """Whether the product knows who this is, at its next request."""
        response = self._session.get(f"{self._product}/", allow_redirects=False)
        return response.status_code == 200

    def _come_back(self, way: requests.Response, person: Person) -> str:
        answer = self._identity_provider.answer(way.headers["Location"], person)
        return self._text(self._session.get(answer))

    def _text(self, response: requests.Response) -> str:
        if response.status_code >= 500:
            raise CommandError(f"{response.url} failed.")
        return response.text


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
