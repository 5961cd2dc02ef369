"""The README's story: the product's administrator and Entra's, side by side."""

from __future__ import annotations

import datetime
import re

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.utils import timezone

from entra_emulator import process
from entra_scim.models import ProvisionedUser
from tests.browser.conftest import enter_password
from tests.support.browsing import screenshot, unfold
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


TENANT_ID = "1c6b7e0a-3c52-4f0c-8f3e-5d0a9b7c1111"
CLIENT_ID = "2d7c8f1b-4d63-4a1d-9a4f-6e1bac8d2222"
PEOPLE = {
    "it@contoso.example": "Ines Turner",
    "ann@contoso.example": "Ann Smith",
    "eve@contoso.example": "Eve Jones",
}
"""Two of them have accounts in the product."""


@pytest.fixture
def local_entra_url(settings):
    tenant = {
        "displayName": "Contoso",
        "id": TENANT_ID,
        "users": [
            {"userPrincipalName": address, "displayName": name}
            for address, name in PEOPLE.items()
        ],
        "applications": [{"displayName": "Product", "appId": CLIENT_ID}],
    }
    with process.local_entra([tenant]) as url:
        settings.DEBUG = True
        settings.ENTRA_SCIM_LOCAL_AUTHORITY = url
        yield url


@pytest.fixture
def ann(contoso):
    return UserFactory(
        email="ann@contoso.example",
        first_name="Ann",
        last_name="Smith",
        environment=contoso,
        password="ann's own",
    )


@pytest.fixture
def the_admin(contoso):
    return UserFactory(
        email="admin@contoso.example",
        is_staff=True,
        is_superuser=True,
        password="the Admin's own",
    )


class Portal:
    """Entra's administrator, in a browser tab beside that of the product's."""

    def __init__(self, page, url):
        self.page = page
        self.home = f"{url}/portal/{TENANT_ID}/{CLIENT_ID}/"
        self.secret = None

    def open(self, path):
        from axe_playwright_python.sync_playwright import Axe

        self.page.goto(self.home + path)
        assert Axe().run(self.page).violations_count == 0
        return self.page

    def add_role(self, value):
        page = self.open("app-roles/new/")
        page.get_by_label("Display name").fill(value)
        page.get_by_label("Description").fill(value)
        page.get_by_label("Value", exact=True).fill(value)
        page.get_by_role("button", name="Apply").click()

    def assign(self, name, role):
        page = self.open("assignments/add/")
        page.get_by_label(re.compile(rf"\b{name}\b")).check()
        page.get_by_label(re.compile(rf"\b{role}\b")).check()
        page.get_by_role("button", name="Assign").click()

    def unassign(self, name):
        page = self.open("assignments/")
        page.get_by_label(f"Remove the assignment of {name}").click()

    def add_secret(self):
        page = self.open("secrets/")
        page.get_by_label("Description").fill("product")
        page.get_by_role("button", name="Add", exact=True).click()
        return page.locator("tr.new code").first.inner_text()

    def connect(self, tenant_url, key):
        page = self.open("provisioning/connectivity/")
        page.get_by_label("Tenant URL").fill(tenant_url)
        page.get_by_label("Secret token").fill(key)
        page.get_by_role("button", name="Test connection").click()
        page.locator("main", has_text=re.compile("The test succeeded")).wait_for()

    def map_as_the_guide_says(self):
        """externalId from objectId, first to match; roles by the assertive function."""
        page = self.open("provisioning/mappings/")
        page.get_by_role("link", name="externalId").click()
        page.get_by_label("Source attribute").select_option("objectId")
        page.get_by_label("Match objects using this attribute").select_option("Yes")
        page.get_by_role("button", name=re.compile("^(OK|Save)$")).click()
        page = self.open("provisioning/mappings/attributes/")
        page.get_by_label("Name", exact=True).fill("roles")
        page.get_by_label("Multi-Value?").check()
        page.get_by_role("button", name="Save", exact=True).click()
        page = self.open("provisioning/mappings/new/")
        page.reload()  # Until then, the list of targets is the old one.
        page.get_by_label("Mapping type").select_option("Expression")
        page.get_by_label("Expression", exact=True).fill(
            "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])"
        )
        page.get_by_label("Target attribute").select_option("roles")
        page.get_by_role("button", name="OK").click()
        page.get_by_role("button", name="Save", exact=True).click()

    def run(self, button):
        """Press a button that runs a cycle, and wait until it is done."""
        page = self.open("provisioning/")
        page.get_by_role("button", name=button).click()
        wait_for_cycle(page)
        return page.inner_text("main")


def wait_for_cycle(page):
    """Refresh the page of a cycle that is under way until it is done."""
    page.locator("#cycle, #report").wait_for()
    while page.locator("#cycle").count():
        page.reload()


def pick(page, name):
    """Choose an account on the local Entra's page."""
    page.get_by_role("button", name=re.compile(name)).click()


def test_from_an_empty_environment_to_its_end(
    browse,
    chromium,
    site,
    contoso,
    administrator,
    the_admin,
    ann,
    local_entra_url,
):
    user = get_user_model().objects.get
    tab_path = f"/admin/product/environment/{contoso.pk}/entra/"
    tab = browse(viewport={"width": 1280, "height": 900})
    portal = Portal(tab.context.new_page(), local_entra_url)
    portal.page.set_viewport_size({"width": 1280, "height": 900})

    # Connect: IDs and secret from Entra to the tab, addresses and key back.
    for role in ("Viewer", "Auditor"):
        portal.add_role(role)
    portal.assign("Ines Turner", "Viewer")
    portal.assign("Ann Smith", "Viewer")
    portal.assign("Eve Jones", "Auditor")
    tab.goto(tab_path)
    unfold(tab)
    tab.fill("#id_client_id", CLIENT_ID)
    tab.fill("#id_tenant_id", TENANT_ID)
    tab.select_option("#id_cloud", "local")
    tab.fill("#id_client_secret", portal.add_secret())
    tab.fill("#id_client_secret_expires_on", in_half_a_year())
    tab.click("text=Save the client secret")
    tab.wait_for_selector(".messagelist .success")
    unfold(tab)
    tenant_url = tab.input_value("#copy-tenant-url")
    redirect_uri = tab.input_value("#copy-redirect")
    tab.click("text=Generate access key")
    key = tab.input_value("#copy-secret")
    tab.click("text=I have copied it")
    page = portal.open("authentication/")
    page.get_by_role("textbox", name="Redirect URI").fill(redirect_uri)
    page.get_by_role("button", name="Configure").click()
    portal.connect(tenant_url, key)
    portal.map_as_the_guide_says()

    # Provision: Ann and Ines are linked, Eve is created.
    report = portal.run("Start provisioning")
    assert "3 people were looked at" in report
    screenshot(portal.page, "portal-en")
    ann.refresh_from_db()
    assert ann.username == "ann@contoso.example"
    assert ProvisionedUser.objects.count() == 3

    # The unknown role: one click.
    tab.goto(tab_path)
    assert "Auditor" in tab.inner_text("#roles")
    screenshot(tab, "connected-en")
    tab.get_by_label("Create role Viewer").click()
    tab.wait_for_load_state()
    tab.get_by_label("Create role Auditor").click()
    eve = user(email="eve@contoso.example")
    assert eve.groups.get().name == f"Contoso ({contoso.pk}): Auditor"

    # Test the sign-in, and activate it.
    tab.goto(f"{tab_path}sign-in/")
    tab.click("text=Test sign-in")
    screenshot(tab, "picker-en")
    pick(tab, "Ines Turner")
    tab.locator("h1", has_text=re.compile("The test succeeded")).wait_for()
    tab.click("text=Back to the tab")
    tab.check("#id_understood")
    tab.fill("#id_admin_username", the_admin.get_username())
    tab.fill("#id_admin_password", "the Admin's own")
    tab.click("[value='Activate on trial']")
    tab.wait_for_url("**/admin/login/**")
    tab.click("text=Microsoft Entra >> nth=-1")
    tab.wait_for_url("**/admin/**")
    tab.goto(f"{tab_path}sign-in/")
    assert "with Microsoft Entra only." in tab.inner_text("#state")

    # Ann signs in: not with her password, but with the button.
    anns = chromium.new_context(base_url=site.url)
    hers = anns.new_page()
    hers.goto("/")
    hers.fill("#id_username", "ann@contoso.example")
    hers.fill("#id_password", "ann's own")
    hers.click("[type=submit]")
    assert hers.url.startswith(f"{site.url}/login/")
    hers.click("text=Microsoft Entra >> nth=-1")
    pick(hers, "Ann Smith")
    hers.wait_for_url(f"{site.url}/")
    hers.locator("h1", has_text=re.compile("Ann Smith")).wait_for()
    assert "Viewer" in hers.inner_text("dl")

    # Her role changes with the next cycle, and then she leaves.
    portal.unassign("Ann Smith")
    portal.assign("Ann Smith", "Auditor")
    portal.run("Run the next cycle")
    hers.reload()
    assert "Auditor" in hers.inner_text("dl")
    assert "Viewer" not in hers.inner_text("dl")
    portal.unassign("Ann Smith")
    portal.run("Run the next cycle")
    hers.reload()
    assert hers.url.startswith(f"{site.url}/login/")
    hers.click("text=Microsoft Entra >> nth=-1")
    hers.locator("main", has_text=re.compile("AADSTS50105")).wait_for()
    anns.close()

    # The secret expires: people who sign in read what to do, and so do administrators.
    page = portal.open("secrets/")
    page.get_by_role("button", name="Let it expire").click()
    mail.outbox.clear()
    eves = chromium.new_context(base_url=site.url)
    hers = eves.new_page()
    hers.goto("/login/")
    hers.click("text=Microsoft Entra >> nth=-1")
    pick(hers, "Eve Jones")
    hers.locator("main", has_text=re.compile("AADSTS7000222")).wait_for()
    assert [message.to for message in mail.outbox] == [["it@contoso.example"]]
    eves.close()

    # In the end, the Admin lets passwords work again.
    tab.context.clear_cookies()
    tab.goto(f"{tab_path}sign-in/")
    enter_password(tab, the_admin, "the Admin's own")
    tab.click("text=Turn off Entra sign-in")
    tab.click("[value='Yes, turn it off']")
    assert "With their passwords" in tab.inner_text("#state")


def in_half_a_year():
    return (timezone.localdate() + datetime.timedelta(days=180)).isoformat()
