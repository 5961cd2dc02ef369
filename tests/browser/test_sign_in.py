"""Activating, signing in and turning it off, in a real browser."""

from __future__ import annotations

import uuid

import pytest

from entra_scim.connection import access_keys
from tests.browser.conftest import enter_password
from tests.support.browsing import entra_sends, screenshot
from tests.support.factories import UserFactory, make_environment
from tests.support.sign_in import activate, connect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def entra(entra, site):
    """Entra, which knows the product's address."""
    entra.application.redirect_uris.append(f"{site.url}/entra/callback/")
    return entra


@pytest.fixture
def the_admin(contoso):
    return UserFactory(
        email="admin@contoso.example",
        is_staff=True,
        is_superuser=True,
        password="the Admin's own",
    )


def test_from_passwords_to_entra_and_back(
    browse, site, contoso, administrator, the_admin, entra
):
    """Test, activate, be out, come back with Entra, and deactivate."""
    from axe_playwright_python.sync_playwright import Axe

    _key, secret = access_keys.create(contoso)
    assert (
        entra_sends(
            site,
            contoso,
            secret,
            userName=administrator.email,
            externalId=entra.person.object_id,
            active=True,
        )
        == 201
    )
    administrator.refresh_from_db()  # the username is the address now
    connect(contoso, entra)
    page = browse()
    page.goto(f"/admin/product/environment/{contoso.pk}/entra/sign-in/")
    assert "Nobody has tested the sign-in" in page.inner_text("#activation")

    page.click("text=Test sign-in")
    assert "The test succeeded" in page.inner_text("h1")
    assert Axe().run(page).violations_count == 0
    page.click("text=Back to the tab")

    page.check("#id_understood")
    page.fill("#id_admin_username", the_admin.get_username())
    page.fill("#id_admin_password", "the Admin's own")
    screenshot(page, "activation-en")
    page.click("[value='Activate on trial']")
    page.wait_for_url("**/admin/login/**")
    results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert results.violations_count == 0, results.generate_report()

    enter_password(page, administrator)
    assert page.locator(".errornote").is_visible()
    page.click("text=Microsoft Entra >> nth=-1")
    page.wait_for_url("**/admin/**")
    page.goto(f"/admin/product/environment/{contoso.pk}/entra/sign-in/")
    assert "with Microsoft Entra only." in page.inner_text("#state")
    results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert results.violations_count == 0, results.generate_report()

    entra.authorize_error = {
        "error": "access_denied",
        "error_description": "AADSTS50105: not assigned.",
    }
    page.goto("/entra/sign-in/?x")
    assert "not assigned" in page.inner_text("main")
    assert Axe().run(page).violations_count == 0

    page.context.clear_cookies()
    page.goto(f"/admin/product/environment/{contoso.pk}/entra/sign-in/")
    enter_password(page, the_admin, "the Admin's own")
    page.click("text=Turn off Entra sign-in")
    assert "Everybody who is active has a password" in page.inner_text("#content-main")
    assert Axe().run(page).violations_count == 0
    page.click("[value='Yes, turn it off']")
    assert "Passwords work again" in page.inner_text(".messagelist .success")
    assert "With their passwords" in page.inner_text("#state")


def test_several_organisations(browse, site, contoso, administrator, entra):
    """A domain leads to its organisation, and a wrong account to another account."""
    from axe_playwright_python.sync_playwright import Axe

    fabrikam = make_environment(name="Fabrikam")
    UserFactory(email="eve@fabrikam.example", environment=fabrikam)
    UserFactory(email="ida@fabrikam.example", environment=fabrikam)
    people = {
        contoso: {administrator.email: str(uuid.uuid4())},
        fabrikam: {
            "eve@fabrikam.example": entra.person.object_id,
            "ida@fabrikam.example": str(uuid.uuid4()),
        },
    }
    page = browse()
    for environment, object_ids in people.items():
        _key, secret = access_keys.create(environment)
        for address, oid in object_ids.items():
            sent = {"userName": address, "externalId": oid, "active": True}
            assert entra_sends(site, environment, secret, **sent) == 201
        connect(environment, entra if environment == fabrikam else entra.neighbour())
        activate(environment)

    page.goto("/login/?next=/admin/login/")
    page.click("text=Microsoft Entra >> nth=-1")
    assert Axe().run(page).violations_count == 0
    page.fill("#address", "somebody@fabrikam.example")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/login/**")
    assert "eve@fabrikam.example" in page.inner_text("main")

    page.context.clear_cookies()
    entra.person = entra.tenant.add_person("max@fabrikam.example")
    page.goto(f"/entra/sign-in/{fabrikam.pk}/")
    assert "You have no account here" in page.inner_text("main")
    with page.expect_request("**/authorize?**") as request:
        page.click("text=Use another Microsoft account")
    assert "prompt=select_account" in request.value.url
