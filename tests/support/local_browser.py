"""Browsers at the local Entra."""

from __future__ import annotations

from tests.support.sign_in import Browser

CALLBACK = "http://testserver/entra/callback/"


class LocalBrowser(Browser):
    """A browser that goes to the local Entra, and comes back."""

    def __init__(self, provider, person):
        super().__init__()
        self.provider = provider
        self.person = person

    def at_entra(self, address):
        return self.provider.answer(address, self.person)
