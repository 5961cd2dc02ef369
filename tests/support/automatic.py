"""An administrator who lets the product set Entra up."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.support.tab import tab, text_of

PAGE = "guide/automatic/"
MOST_REQUESTS = 80


class Visit:
    """Goes from the guide to Entra and back, presses Start, and waits."""

    def __init__(self, client, environment, entra, host):
        self.client = client
        self.environment = environment
        self.entra = entra
        self.host = host
        (self.tenant,) = entra.tenants
        self.person = self.tenant.add_person("ines@contoso.example", "Ines Turner")
        self.requests = 0

    def get(self, path):
        return self.client.get(path, headers={"host": self.host})

    def post(self, **values):
        return self.client.post(
            tab(self.environment, PAGE),
            values,
            headers={"host": self.host},
            follow=True,
        )

    def page(self):
        return self.get(tab(self.environment, PAGE))

    def sign_in(self):
        """Sign in to Entra, and return the page with the plan."""
        begun = self.get(tab(self.environment, f"{PAGE}sign-in/"))
        at_entra = self.get(begun["Location"])["Location"]
        self.asked = at_entra
        provider = self.entra.identity_provider(self.tenant.id)
        back = provider.answer(
            at_entra.replace("/organizations/", f"/{self.tenant.id}/"), self.person
        )
        parts = urlsplit(back)
        self.back = f"{parts.path}?{parts.query}"
        return self.get(self.get(self.back)["Location"])

    def run(self):
        """Press Start, and follow the page for as long as it continues by itself."""
        return self._followed(self.post(action="start"))

    def run_on(self):
        """Follow the page of a run that began."""
        return self._followed(self.page())

    def _followed(self, response):
        while "Refresh" in response:
            self.requests += 1
            assert self.requests < MOST_REQUESTS
            response = self.page()
        return text_of(response)

    @property
    def application(self):
        """The one that was created, besides that of the set-up itself."""
        (application,) = (
            one for one in self.tenant.applications if not one.is_multi_tenant
        )
        return application
