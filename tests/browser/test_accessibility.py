"""Every page of the tab is accessible (WCAG 2.2 AA), and fits on every screen."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.utils import timezone

from entra_scim.connection import access_keys, configuration
from entra_scim.models import AccessKey, EntraConnection, ProvisionedUser
from entra_scim.secrecy.hiding import Secret
from tests.browser.conftest import enter_password
from tests.support.browsing import entra_sends, screenshot_of_screen
from tests.support.crowd import crowd

pytestmark = pytest.mark.django_db(transaction=True)

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

SCREENS = ((390, "light"), (390, "dark"), (1280, "dark"), (1920, "light"))
"""Each width, and each colour scheme on a narrow and a wide one."""


@pytest.fixture(params=["en", "nl"])
def look(request, browse):
    """Open pages in a language, and look at them on every screen."""
    from axe_playwright_python.sync_playwright import Axe

    page = browse(locale=request.param)

    def look(what):
        page.evaluate(
            "document.querySelectorAll('details').forEach(step => (step.open = true))"
        )
        for width, scheme in SCREENS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            # Colours that are still on their way have no contrast yet.
            page.evaluate("document.getAnimations().forEach(one => one.finish())")
            where = (what, request.param, width, scheme)
            screenshot_of_screen(page, where)
            results = Axe().run(page, options={"runOnly": RULES})
            assert results.response["passes"], where
            assert results.violations_count == 0, (where, results.generate_report())
            assert_fits(page, where)

    look.page = page
    return look


def assert_fits(page, where):
    """Nothing is wider than the screen, or than what would cut it off."""
    too_wide = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll(".entra-content *")]
            .filter(one => one.getBoundingClientRect().right > width)
            .map(one => one.outerHTML.slice(0, 120));
        }"""
    )
    assert too_wide == [], where
    cut_off = page.locator(".results").evaluate_all(
        "tables => tables.some(table => table.scrollWidth > table.clientWidth)"
    )
    assert not cut_off, where
    inputs = page.locator(".entra-content :is(input, select, textarea):visible")
    assert (
        inputs.evaluate_all(
            """inputs => inputs.filter(one => {
              const right = one.getBoundingClientRect().right;
              const around = one.closest("li, details, section, form");
              return around && right > around.getBoundingClientRect().right + 1;
            }).map(one => one.id)"""
        )
        == []
    ), where


def test_every_page_with_long_names_and_many_rows(
    look, site, contoso, administrator, roles
):
    """300 people, 40 roles and 200 events, beside one of each special case."""
    busiest = crowd(contoso)[0]
    _key, secret = access_keys.create(contoso, created_by=administrator)
    entra_sends(site, contoso, secret, userName="x" * 300)
    entra_sends(
        site,
        contoso,
        secret,
        userName="ida@contoso.example",
        externalId="ida",
        roles=[{"value": "Sales Manager", "primary": True}, {"value": "Auditor" * 9}],
    )
    entra_sends(site, contoso, secret, userName="max@contoso.example", active=False)
    ida = ProvisionedUser.objects.get(user__email="ida@contoso.example")
    key = AccessKey.objects.get()
    base = f"/admin/product/environment/{contoso.pk}/entra/"

    for path in (
        "",
        "guide/",
        "people/",
        "people/?q=nobody",
        f"people/{ida.pk}/",
        f"people/{busiest.pk}/",
        f"people/{ida.pk}/release/",
        "people/local/",
        "events/",
        "sign-in/",
        "sign-in/deactivate/",
        "pause/",
        "later/",
        "codes/",
        f"roles/{roles['Viewer'].pk}/",
        f"roles/{roles['Viewer'].pk}/delete/",
        f"keys/{key.pk}/revoke/",
    ):
        assert look.page.goto(base + path).status == 200, path
        look(path)


def test_what_comes_and_goes(look, site, contoso, administrator, roles):
    """Mistakes, a key that is shown once, and each state of an activation."""
    page = look.page
    base = f"/admin/product/environment/{contoso.pk}/entra/"
    page.goto(base)
    page.fill("#id_client_id", "x")
    page.click("#step-connection [type=submit]")
    page.wait_for_selector(".errornote")
    look("mistakes")
    page.click("form[action$='keys/'] button")
    page.wait_for_selector("#copy-secret")
    look("a new key")
    entra_sends(
        site, contoso, page.input_value("#copy-secret"), userName="z@contoso.example"
    )
    unused, _secret = access_keys.create(contoso, created_by=administrator)
    access_keys.revoke(unused)
    page.goto(base)
    look("a replaced and a revoked key")

    settings = configuration.connection_of(contoso)
    configuration.save(
        settings,
        client_id=uuid.uuid4(),
        tenant_id=uuid.uuid4(),
        cloud="global",
        client_secret=Secret("abc8Q~Zk3vWv1JbZ0mXk5Tq7Rn2Lp9Hd4Fs6Ga"),
        client_secret_expires_on=timezone.localdate() + datetime.timedelta(days=20),
    )
    administrator.is_superuser = True  # the Admin, who keeps the password
    administrator.save()
    EntraConnection.objects.update(activated_at=timezone.now())
    page.goto(f"{base}sign-in/")
    enter_password(page, administrator)
    page.wait_for_selector("[data-entra-countdown]", state="visible")
    look("on trial")
    EntraConnection.objects.update(confirmed_at=timezone.now())
    page.goto(f"{base}sign-in/")
    look("active")
