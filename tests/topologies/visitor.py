"""Somebody who signs in with a local Entra of the same process, past its pages."""

from __future__ import annotations

import requests


class Visitor:
    """A browser at the product, whose person the local Entra does not have to ask."""

    def __init__(self, product, identity_provider, person):
        self.session = requests.Session()
        self.product = product
        self.identity_provider = identity_provider
        self.person = person

    def sign_in(self, path):
        """Follow a link to Entra and come back."""
        way = self.session.get(self.product + path, allow_redirects=False)
        answer = self.identity_provider.answer(way.headers["Location"], self.person)
        self.session.get(answer).raise_for_status()

    @property
    def is_signed_in(self):
        """Whether the product knows who this is, at its next request."""
        response = self.session.get(f"{self.product}/", allow_redirects=False)
        return response.status_code == 200
