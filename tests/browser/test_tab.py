"""The tab in a real browser: its look, its accessibility, its pictures."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from entra_scim.models import AccessKey, EntraConnection
from tests.support.browsing import entra_sends, screenshot, unfold

pytestmark = pytest.mark.django_db(transaction=True)


OBJECT_ID = "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"


SECRET = "abc8Q~Zk3vWv1JbZ0mXk5Tq7Rn2Lp9Hd4Fs6Ga"


def person(**attributes):
    return {
        "userName": "eve@contoso.example",
        "displayName": "Eve Jones",
        "externalId": OBJECT_ID,
        "active": True,
        "roles": [
            {
                "primary": False,
                "type": "WindowsAzureActiveDirectoryRole",
                "display": "Auditor",
                "value": "Viewer,Auditor",
            }
        ],
        **attributes,
    }


def expiry():
    return (timezone.localdate() + datetime.timedelta(days=400)).isoformat()


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        (
            "en",
            {
                "save": "Save the IDs",
                "generate": "Generate access key",
                "copied": "Copied",
                "have": "I have copied it",
                "make": "Create role Auditor",
                "revoke": "Yes, revoke it",
            },
        ),
        (
            "nl",
            {
                "save": "Clientgeheim opslaan",
                "generate": "Toegangssleutel genereren",
                "copied": "Gekopieerd",
                "have": "Ik heb de sleutel gekopieerd",
                "make": "Rol Auditor maken",
                "revoke": "Ja, intrekken",
            },
        ),
    ],
)
def test_an_administrator_connects_entra(browse, site, contoso, roles, locale, words):
    """Paste, save, generate, copy, watch somebody arrive, create a role, revoke."""
    client_id, tenant_id = uuid.uuid4(), uuid.uuid4()
    page = browse(locale=locale, permissions=["clipboard-read", "clipboard-write"])

    page.goto(f"/admin/product/environment/{contoso.pk}/change/")
    page.click("text=Microsoft Entra ID >> nth=-1")
    page.wait_for_selector("#step-connection")
    unfold(page)
    page.fill("#id_client_id", f" {{{client_id}}} ")
    page.fill("#id_tenant_id", f"\t{tenant_id}")
    page.fill("#id_client_secret", f"{SECRET} ")
    page.fill("#id_client_secret_expires_on", expiry())
    page.click(f"text={words['save']}")
    assert page.input_value("#id_client_id") == str(client_id)
    assert page.input_value("#id_client_secret") == ""
    assert SECRET not in page.content()

    page.click(f"text={words['generate']}")
    key = page.input_value("#copy-secret")
    page.click("[data-entra-copy=copy-secret]")
    page.wait_for_selector(f"text={words['copied']}")
    assert page.evaluate("navigator.clipboard.readText()") == key
    page.click(f"text={words['have']}")
    page.go_back()
    page.wait_for_load_state()
    assert key not in page.content()

    assert entra_sends(site, contoso, key, **person()) == 201
    page.goto(f"/admin/product/environment/{contoso.pk}/entra/")
    screenshot(page, f"tab-{locale}")
    unfold(page)
    page.click(f"[aria-label='{words['make']}']")
    eve = get_user_model().objects.get(email="eve@contoso.example")
    assert {group.name for group in eve.groups.all()} == {
        "Viewer",
        f"Contoso ({contoso.pk}): Auditor",
    }
    assert page.locator(".entra-step .entra-done").count() > 3

    page.goto(f"/admin/product/environment/{contoso.pk}/entra/people/")
    page.click("text=Eve Jones")
    page.goto(f"/admin/product/environment/{contoso.pk}/entra/guide/")
    screenshot(page, f"guide-{locale}")

    page.goto(f"/admin/product/environment/{contoso.pk}/entra/")
    unfold(page)
    page.click("#keys td a")
    page.click(f"[value='{words['revoke']}']")
    assert entra_sends(site, contoso, key, **person()) == 401
    assert AccessKey.objects.get().revoked_at


def test_mistakes_are_explained_where_they_were_made(browse, contoso):
    """What was typed stays, but for the secret."""
    page = browse()
    page.goto(f"/admin/product/environment/{contoso.pk}/entra/")
    unfold(page)

    page.fill("#id_client_id", OBJECT_ID)
    page.fill("#id_tenant_id", OBJECT_ID)
    page.fill("#id_client_secret", str(uuid.uuid4()))
    page.fill("#id_client_secret_expires_on", expiry())
    page.click("text=Save the client secret")

    assert page.input_value("#id_client_id") == OBJECT_ID
    assert page.input_value("#id_client_secret") == ""
    errors = page.locator(".errorlist li").all_inner_texts()
    assert len(errors) == 2
    assert "Secret ID" in " ".join(errors)
    assert page.url.endswith("#step-test")
    assert not EntraConnection.objects.exists()


def test_without_javascript(browse, site, contoso):
    """Everything works; what a button would copy can be selected by hand."""
    page = browse(java_script_enabled=False)
    page.goto(f"/admin/product/environment/{contoso.pk}/entra/")
    assert not page.locator("[data-entra-copy]").first.is_visible()

    unfold(page)
    page.fill("#id_client_id", str(uuid.uuid4()))
    page.fill("#id_tenant_id", str(uuid.uuid4()))
    page.fill("#id_client_secret", SECRET)
    page.fill("#id_client_secret_expires_on", expiry())
    page.click("text=Save the client secret")
    page.click("text=Generate access key")
    key = page.input_value("#copy-secret")
    page.click("text=I have copied it")

    assert EntraConnection.objects.exists()
    assert entra_sends(site, contoso, key, **person()) == 201


def test_by_keyboard_alone(browse, contoso):
    """Tab to everything, Enter to do it."""
    page = browse()
    page.goto(f"/admin/product/environment/{contoso.pk}/entra/")

    def tab_to(selector):
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate(
                "selector => document.activeElement.matches(selector)", selector
            ):
                return
        pytest.fail(f"The keyboard does not reach {selector}.")

    tab_to("#id_client_id")
    page.keyboard.type(str(uuid.uuid4()))
    tab_to("#id_tenant_id")
    page.keyboard.type(str(uuid.uuid4()))
    tab_to("#step-test > summary")
    page.keyboard.press("Enter")
    tab_to("#id_client_secret")
    page.keyboard.type(SECRET)
    tab_to("#id_client_secret_expires_on")
    page.keyboard.type("12312099")
    page.keyboard.press("Enter")
    page.wait_for_selector(".messagelist .success")
    assert EntraConnection.objects.get().client_secret_expires_on.year == 2099

    assert page.locator(".messagelist .success").bounding_box()["y"] >= 0
    tab_to("form[action$='keys/'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#copy-secret")
    assert page.input_value("#copy-tenant-url").endswith("/?aadOptscim062020")
    tab_to("[data-entra-copy=copy-secret]")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Copied")
    assert AccessKey.objects.count() == 1


def test_the_callback_page(browse, site):
    """Read by people whose answer of Entra's nobody waits for, unless signed in."""
    from axe_playwright_python.sync_playwright import Axe

    page = browse()
    page.goto("/entra/callback/?code=x")
    assert page.url == f"{site.url}/"

    page.context.clear_cookies()
    page.goto("/entra/callback/?code=x")
    assert "Start again" in page.inner_text("main")
    assert Axe().run(page).violations_count == 0


def test_where_the_system_chooses_the_colours(browse, contoso):
    """As Windows does for high contrast: a background is gone, a border stays."""
    page = browse(forced_colors="active")
    page.goto(f"/admin/product/environment/{contoso.pk}/entra/sign-in/")

    def border_of(selector):
        return page.locator(selector).evaluate_all(
            """found => [...new Set(found.map(one => {
              const style = getComputedStyle(one);
              const hidden = getComputedStyle(document.body).backgroundColor;
              return style.borderBottomWidth !== "0px"
                && style.borderBottomColor !== hidden;
            }))]"""
        )

    assert border_of(".entra-tabs [aria-current]") == [True]
    assert border_of(".entra-tabs a:not([aria-current])") == [False]
    assert border_of(".entra-pages [aria-current]") == [True]
    assert border_of(".entra-pages a:not([aria-current])") == [False]
    assert border_of(".entra-content button:visible") == [True]
