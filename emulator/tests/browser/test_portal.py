"""The portal in a real browser."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

import pytest

from entra_emulator import Tenant
from entra_emulator.local_entra import LocalEntra
from entra_emulator.provisioning.mappings import advised
from entra_emulator.provisioning.servers import NoAnswer
from entra_emulator.samples import add_people
from entra_emulator.server import serve
from support.other_server import TOKEN

IMAGES = Path(__file__).resolve().parents[3] / "docs" / "images"
ASSERTIVE = "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])"


@pytest.fixture
def tenant():
    tenant = Tenant("Contoso")
    add_people(tenant, 60)
    return tenant


@pytest.fixture
def application(tenant):
    application = tenant.add_application("Example product")
    application.add_role("Viewer")
    return application


@pytest.fixture
def entra(tenant, application, entra_signing_keys):
    return LocalEntra([tenant], keys=entra_signing_keys)


@pytest.fixture
def open_portal(chromium, entra):
    """Open the portal; no browser may complain of anything."""
    contexts, complaints = [], []

    def open_page(**options):
        context = chromium.new_context(base_url=server.url, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: message.type == "error" and complaints.append(message.text),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/portal/")
        return page

    with serve(entra) as server:
        yield open_page
        for context in contexts:
            context.close()
    assert complaints == []


@pytest.fixture
def tenant_url(address):
    return f"{address}?aadOptscim062020"


def screenshot(page, name):
    """Take a picture for the documents, if somebody asks for new ones."""
    if os.environ.get("SCREENSHOTS"):
        page.screenshot(path=IMAGES / f"{name}.png")


def wait_for_cycle(page):
    """Refresh the page of a cycle that is under way until it is done."""
    page.locator("#cycle, #report").wait_for()
    while page.locator("#cycle").count():
        page.reload()


def menu(page, entry, nth=0):
    with page.expect_navigation():
        page.locator("nav").get_by_role("link", name=entry, exact=True).nth(nth).click()


def press(page, button):
    page.locator("main").get_by_role("button", name=button, exact=True).click()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_guide_is_followed(open_portal, storage, tenant_url, javascript):
    """From an empty application to people in the product, as in Entra's portal."""
    page = open_portal(java_script_enabled=javascript)

    menu(page, "Connectivity")
    page.get_by_label("Tenant URL").fill(tenant_url)
    page.get_by_label("Secret token").fill("wrong")
    press(page, "Test connection")
    assert "CredentialValidationFailure" in page.inner_text("[role=alert]")
    assert page.get_by_label("Tenant URL").input_value() == tenant_url
    page.get_by_label("Secret token").fill(TOKEN)
    press(page, "Test connection")
    assert "The test succeeded" in page.inner_text("[role=status]")

    menu(page, "Attribute mapping")
    press(page, "Set Enabled to No")
    page.locator("main").get_by_role("link", name="externalId", exact=True).click()
    page.get_by_label("Source attribute").select_option("objectId")
    press(page, "OK")
    press(page, "Save")
    page.get_by_role("link", name="Edit attribute list for customappsso").click()
    page.get_by_label("Name").fill("roles")
    page.get_by_label("Multi-Value?").check()
    press(page, "Save")
    menu(page, "Attribute mapping")
    page.get_by_role("link", name="Add new mapping").click()
    page.reload()  # Entra lists a new attribute after that only
    page.get_by_label("Mapping type").select_option("Expression")
    page.get_by_label("Expression", exact=True).fill(ASSERTIVE)
    page.get_by_label("Target attribute").select_option("roles")
    press(page, "OK")
    press(page, "Save")

    menu(page, "Users and groups")
    page.get_by_role("link", name="Add user/group").click()
    page.get_by_label("Search").fill("eve")
    press(page, "Search")
    page.get_by_label("Eve Smith").check()
    page.get_by_label("Viewer").check()
    press(page, "Assign")

    menu(page, "Overview", 1)
    press(page, "Start provisioning")
    wait_for_cycle(page)
    assert "Create" in page.inner_text("table")
    [eve] = storage.resources
    assert eve.user_name == "eve.smith@contoso.example"
    assert [role.value for role in eve.roles] == ["Viewer"]

    menu(page, "Provisioning logs")
    page.locator("summary", has_text="Eve Smith").click()
    assert '"userName": "eve.smith@contoso.example"' in page.inner_text("[open]")
    assert TOKEN not in page.content()
    screenshot(page, "portal-logs")


def test_by_keyboard_alone(open_portal, tenant):
    """Tab to everything, Enter to do it; the first stop skips the menu."""
    page = open_portal()

    def tab_to(selector):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate(
                "selector => document.activeElement.matches(selector)", selector
            ):
                return
        pytest.fail(f"The keyboard does not reach {selector}.")

    tab_to("nav a[href$='users/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/users/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/users/new/")

    tab_to("#id_user_principal_name")
    page.keyboard.type("zoe@contoso.example")
    tab_to("#id_name")
    page.keyboard.type("Zoë Brown")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=status]")

    assert any(p.display_name == "Zoë Brown" for p in tenant.people.values())


def test_the_menu_of_a_phone(open_portal):
    page = open_portal(viewport={"width": 390, "height": 800})
    assert not page.locator("nav").is_visible()

    page.get_by_role("link", name="Menu", exact=True).click()
    menu(page, "App roles")

    page.get_by_role("heading", name="App roles", exact=True).wait_for()
    assert not page.locator("nav").is_visible()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "locale"), [(1280, "en"), (390, "en"), (390, "nl")])
def test_the_pages_are_accessible(
    open_portal, entra, tenant, application, tenant_url, color_scheme, width, locale
):
    """axe finds nothing, and nothing is wider than the screen."""
    from axe_playwright_python.sync_playwright import Axe

    job = entra.connect(application, tenant_url, "wrong")
    job.mappings = advised()
    person = next(iter(tenant.people.values()))
    tenant.disable(person)
    group = tenant.add_group("Everybody", tenant.people.values())
    application.assign(group, application.app_roles[-1])
    application.redirect_uris.append("https://product.example/callback/")
    tenant.add_secret(application, "Production")
    entra.start_cycle(application).join(20)
    page = open_portal(
        color_scheme=color_scheme,
        viewport={"width": width, "height": 800},
        locale=locale,
    )
    home = f"/portal/{tenant.id}/"
    links = page.locator("nav ul a")
    paths = [link.get_attribute("href") for link in links.all()]
    assert len(paths) > 15
    for path in (
        *paths,
        f"{home}users/new/",
        f"{home}users/{person.object_id}/",
        f"{home}groups/{group.object_id}/",
        f"{home}groups/{group.object_id}/add/",
        f"{home}{application.client_id}/app-roles/new/",
        f"{home}{application.client_id}/assignments/add/",
        f"{home}{application.client_id}/provisioning/mappings/0/",
        f"{home}{application.client_id}/provisioning/mappings/attributes/",
    ):
        page.goto(path)
        for summary in page.locator("summary").all():
            summary.click()
        results = Axe().run(
            page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}
        )
        assert results.response["passes"], path
        assert results.violations_count == 0, (path, results.generate_report())
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, path


class HangingServer:
    """A server that answers when it may."""

    def __init__(self):
        self.may_answer = threading.Event()

    def send(self, method, path, body=None):
        self.may_answer.wait(60)
        raise NoAnswer("It hung up.")


def test_a_cycle_under_way_is_accessible(
    open_portal, entra, tenant, application, tenant_url
):
    """A page that came again by itself would not be (WCAG 2.2.1)."""
    from axe_playwright_python.sync_playwright import Axe

    job = entra.connect(application, tenant_url, "wrong")
    job.server = HangingServer()
    run = entra.start_cycle(application)
    page = open_portal()
    page.goto(f"/portal/{tenant.id}/{application.client_id}/provisioning/")

    page.locator("main", has_text=re.compile("A cycle is under way")).wait_for()
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()

    job.server.may_answer.set()
    run.join(20)
    page.get_by_role("link", name="Refresh").click()
    page.locator("main", has_text=re.compile(r"It hung up\.")).wait_for()


def test_links_into_entras_portal_lead_to_its_pages(open_portal, application):
    """To pages of app registrations, as Entra's portal has them behind a #."""
    page = open_portal()
    of_registration = "#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~"
    for blade, title in (("AppRoles", "App roles"), ("CallAnAPI", "API permissions")):
        page.goto(
            f"/portal/{of_registration}/{blade}/appId/{application.client_id}/isMSAApp~/false"
        )
        page.wait_for_selector(f"h1:text-is('{title}')")
    page.goto(f"/portal/{of_registration}/Nonsense/appId/{application.client_id}")
    page.wait_for_selector("h1:text-is('Overview')")
