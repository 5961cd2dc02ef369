"""From an empty tenant to somebody who is signed in, in three clicks in a browser."""

from __future__ import annotations

import re
import time
from urllib.parse import urlencode

import pytest

from entra_emulator import process
from entra_scim.connection.configuration import connection_of
from entra_scim.models import ProvisionedUser
from tests.support.factories import RoleFactory
from tests.support.sign_in import activate

pytestmark = pytest.mark.django_db(transaction=True)

TENANT_ID = "1c6b7e0a-3c52-4f0c-8f3e-5d0a9b7c1111"
OFFICE_ID = "3e8d9a2c-5e74-4b2e-8a5b-7f2cbd9e3333"
SET_UP_ID = "4f9eab3d-6f85-4c3f-9b6c-8a3dceaf4444"
SECRET = "abc8Q~Zk3vWv1JbZ0mXk5Tq7Rn2Lp9Hd4Fs6Ga"


@pytest.fixture
def local_entra_url(settings, site):
    """A tenant with two people, where nobody has heard of the product."""
    mine = [{"principal": "it@contoso.example"}]
    tenant = {
        "displayName": "Contoso",
        "id": TENANT_ID,
        "users": [
            {"userPrincipalName": "it@contoso.example", "displayName": "Ines Turner"},
            {"userPrincipalName": "ann@contoso.example", "displayName": "Ann Smith"},
        ],
        "applications": [
            {
                "displayName": "Office",
                "appId": OFFICE_ID,
                "redirectUris": [f"{site.url}/"],
                "assignments": mine,
            },
            {
                "displayName": "Set-up of the product",
                "appId": SET_UP_ID,
                "signInAudience": "AzureADMultipleOrgs",
                "clientSecret": SECRET,
                "redirectUris": [f"{site.url}/entra/callback/"],
                "assignments": mine,
            },
        ],
    }
    with process.local_entra([tenant]) as url:
        settings.DEBUG = True
        settings.ENTRA_SCIM_LOCAL_AUTHORITY = url
        settings.ENTRA_SCIM_SETUP_CLIENT_ID = SET_UP_ID
        settings.ENTRA_SCIM_SETUP_CLIENT_SECRET = SECRET
        yield url


def at_work(page, entra, site):
    """Sign Ines in to her directory, as she is in the morning."""
    query = urlencode(
        {
            "client_id": OFFICE_ID,
            "response_type": "code",
            "scope": "openid",
            "redirect_uri": f"{site.url}/",
        }
    )
    page.goto(f"{entra}/{TENANT_ID}/oauth2/v2.0/authorize?{query}")
    page.get_by_role("button", name=re.compile("Ines Turner")).click()
    page.wait_for_url(f"{site.url}/**")


def test_three_clicks_and_nothing_typed(
    browse, chromium, site, contoso, administrator, local_entra_url, record_property
):
    from axe_playwright_python.sync_playwright import Axe

    RoleFactory(environment=contoso, value="Viewer")
    page = browse(viewport={"width": 1280, "height": 900})
    at_work(page, local_entra_url, site)
    page.goto(f"/admin/product/environment/{contoso.pk}/entra/guide/")

    began = time.monotonic()
    clicks = (
        page.get_by_role("link", name="Sign in to Entra and set it up"),
        page.get_by_role("button", name="Accept"),
        page.get_by_role("button", name="Start", exact=True),
    )
    for click in clicks:
        click.click()
    page.locator("h2", has_text="Entra is set up").wait_for(timeout=120_000)
    record_property("seconds", time.monotonic() - began)
    assert len(clicks) == 3
    assert Axe().run(page).violations_count == 0

    # Who is assigned is decided in Entra, by those who decide there.
    client_id = connection_of(contoso).client_id
    portal = page.context.new_page()
    home = f"{local_entra_url}/portal/{TENANT_ID}/{client_id}/"
    portal.goto(f"{home}assignments/add/")
    portal.get_by_label(re.compile(r"\bAnn Smith\b")).check()
    portal.get_by_label(re.compile(r"\bViewer\b")).check()
    portal.get_by_role("button", name="Assign").click()
    portal.goto(f"{home}provisioning/")
    portal.get_by_role("button", name="Run the next cycle").click()
    portal.locator("#report").wait_for(timeout=60_000)
    ann = ProvisionedUser.objects.for_environment(contoso).get()
    assert ann.user.groups.count() == 1

    activate(contoso)
    with chromium.new_context(base_url=site.url) as anns:
        hers = anns.new_page()
        hers.goto(f"/entra/sign-in/{contoso.pk}/")
        hers.get_by_role("button", name=re.compile("Ann Smith")).click()
        hers.wait_for_url(f"{site.url}/")
        assert "Ann Smith" in hers.inner_text("h1")
