"""The guide followed by hand, counted: clicks, entries, changes of tab.

Entra's portal has a minimum of its own, which docs/explanation/by-hand.md counts: four
texts go there one by one, since there is one clipboard. That is eight changes of tab.
The fields of its own, the name and three for each app role, make eleven entries there.
"""

from __future__ import annotations

import re

import pytest

from entra_scim.activation import lifecycle
from entra_scim.connection import configuration
from tests.browser.conftest import TENANT_ID
from tests.support.counting import Clock
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = {"Ines Turner": "Viewer", "Eve Jones": "Auditor"}

ADMIN_USERNAME, ADMIN_PASSWORD = "admin@contoso.example", "Own"


class ByHand(Clock):
    """Somebody who reads the guide, and does what it says."""

    only_at_microsoft = 0

    def at_microsoft(self, *screens):
        """Count clicks that Microsoft's portal asks for, and the local one does not."""
        self.only_at_microsoft += len(screens)
        self.also(clicks=len(screens))

    def open(self, entry, under):
        """Choose an entry of the portal's menu."""
        self.also(clicks=1)
        menu = self.page.locator(f"#menu h2:has-text('{under}') + ul")
        menu.get_by_role("link", name=entry, exact=True).click()

    def choose(self, label, option):
        """Open a list, and choose from it."""
        self.also(clicks=2)
        self.page.get_by_label(label, exact=True).select_option(option)

    def tick(self, label):
        self.also(clicks=1)
        self.page.get_by_label(re.compile(label)).check()

    def select_all(self, field):
        """Click into a text, and press Ctrl+A."""
        self.also(clicks=1)
        self.page.focus(field)
        self.page.keyboard.press("Control+A")

    def select_ids(self):
        """Select both IDs with the lines between them, and copy them together."""
        self.also(clicks=1)
        self.page.evaluate(
            """() => {
              const [first] = [...document.querySelectorAll("dt")].filter(
                (term) => term.textContent === "Application (client) ID");
              const [last] = [...document.querySelectorAll("dt")].filter(
                (term) => term.textContent === "Directory (tenant) ID");
              const lines = document.createRange();
              lines.setStartBefore(first);
              lines.setEndAfter(last.nextElementSibling);
              getSelection().removeAllRanges();
              getSelection().addRange(lines);
            }"""
        )
        self.page.keyboard.press("Control+C")


def test_from_an_empty_tenant_to_active(
    browse, contoso, administrator, local_entra_url
):
    """Most of it is Entra's own: the tab itself takes few clicks and entries."""
    UserFactory(
        email=ADMIN_USERNAME,
        username=ADMIN_USERNAME,
        is_staff=True,
        is_superuser=True,
        password=ADMIN_PASSWORD,
    )
    tab = browse(permissions=["clipboard-read", "clipboard-write"])
    tab.goto(f"/admin/product/environment/{contoso.pk}/entra/")
    tab.bring_to_front()
    hand = ByHand(tab)

    # Steps 1 and 3 in App registrations; the IDs are copied last.
    hand.click("[data-entra-copy=copy-redirect]")
    with tab.context.expect_page() as opened:
        hand.press("Open New application in Entra", role="link")
    portal = opened.value
    hand.change_to(portal)
    hand.at_microsoft("Create your own application")
    hand.enter("#id_name", "Product")
    hand.press("^Create$")
    hand.at_microsoft("App registrations", "All applications", "Product")
    hand.open("Authentication", under="App registrations")
    hand.at_microsoft("Add a platform", "Web")
    hand.paste("#id_redirect_uri")
    hand.press("^Configure$")
    hand.open("App roles", under="App registrations")
    for role in PEOPLE.values():
        hand.press("^Create app role$", role="link")
        hand.at_microsoft("Users/Groups")
        for field in ("display_name", "description", "value"):
            hand.enter(f"#id_{field}", role)
        hand.press("^Apply$")
    hand.open("Overview", under="App registrations")
    hand.select_ids()
    hand.change_to(tab)
    hand.paste("#id_client_id", and_wait=False)
    tab.wait_for_selector(".messagelist .success")
    assert tab.input_value("#id_tenant_id") == TENANT_ID

    # Step 2: the address and the key, one after the other: there is one clipboard.
    hand.press("Generate access key")
    hand.press("Copy Tenant URL")
    hand.change_to(portal)
    hand.at_microsoft("Managed application in local directory", "Provisioning")
    hand.open("Connectivity", under="Provisioning")
    hand.paste("#id_tenant_url")
    hand.change_to(tab)
    hand.press("Copy Secret token")
    hand.press("I have copied it", role="link")
    hand.change_to(portal)
    hand.paste("#id_secret_token")
    hand.press("^Test connection$")
    portal.wait_for_selector("text=The test succeeded")
    hand.at_microsoft("Create")

    # Step 4: Entra's whole schema to the tab, and the edited one back.
    hand.open("Attribute mapping", under="Provisioning")
    hand.at_microsoft("Provision Microsoft Entra ID Users", "Show advanced options")
    hand.press("^Review your schema here$", role="link")
    hand.select_all("#id_schema")
    portal.keyboard.press("Control+C")
    hand.change_to(tab)
    tab.wait_for_selector("#step-mapping[open]")
    hand.paste("#id_schema", and_wait=False)
    tab.wait_for_selector("#copy-schema")
    hand.click("[data-entra-copy=copy-schema]")
    hand.change_to(portal)
    hand.select_all("#id_schema")
    hand.paste("#id_schema")
    hand.press("^Save$")
    portal.wait_for_selector("text=The schema was saved")
    hand.at_microsoft("Yes", "Close", "Product")

    # Step 5: people, and the first cycle.
    hand.open("Users and groups", under="Enterprise applications")
    for name, role in PEOPLE.items():
        hand.press("Add user.group", role="link")
        hand.at_microsoft("Users: None Selected")
        hand.tick(rf"\b{name}\b")
        hand.at_microsoft("Select", "Select a role: None Selected")
        hand.tick(rf"\b{role}\b")
        hand.at_microsoft("Select")
        hand.press("^Assign$")
    hand.at_microsoft("Provisioning")
    hand.open("Overview", under="Provisioning")
    hand.press("^Start provisioning$")
    while not portal.locator("#report").count():
        portal.reload()

    # Step 6 in App registrations: consent, and the secret last.
    hand.at_microsoft("App registrations", "Product")
    hand.open("API permissions", under="App registrations")
    hand.press("^Grant admin consent")
    hand.at_microsoft("Yes")
    hand.open("Certificates & secrets", under="App registrations")
    hand.at_microsoft("New client secret")
    hand.press("^Add$")
    hand.press("^Copy Value$")

    # Here again: the secret, the roles that arrived, the test, the activation.
    hand.change_to(tab)
    tab.wait_for_selector("text=Create all 2 roles >> visible=true")
    hand.press("^Create all 2 roles$")
    tab.wait_for_selector(".messagelist .success")
    hand.paste("#id_client_secret")
    hand.tick("180 days")
    hand.press("Save and test sign-in")
    hand.press("Ines Turner")
    hand.press("Back to the tab", role="link")
    hand.click("#id_understood")
    hand.enter("#id_admin_username", ADMIN_USERNAME)
    hand.enter("#id_admin_password", ADMIN_PASSWORD)
    hand.press("Activate on trial")
    tab.wait_for_url("**/admin/login/**")
    hand.click("text=Microsoft Entra >> nth=-1")
    tab.wait_for_url("**/admin/**")

    settings = configuration.connection_of(contoso)
    assert lifecycle.state_of(settings) == lifecycle.State.ACTIVE
    assert hand.clicks_in[tab] <= 15
    assert hand.entries_in[tab] <= 5
    # 29 of them are on screens that only Microsoft's portal has.
    assert hand.clicks_in[portal] <= 62
    assert hand.only_at_microsoft == 29
    assert hand.entries_in[portal] <= 11
    # There and back for each of the four texts that Entra is given.
    assert hand.changes_of_tab <= 8
