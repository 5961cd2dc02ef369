"""Every page of the tab is accessible (WCAG 2.2 AA), and fits on every screen."""

from __future__ import annotations

import datetime
import re
import uuid

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from entra_scim.connection import access_keys, configuration
from entra_scim.kit import automatic, grants
from entra_scim.kit.words import STEPS
from entra_scim.models import (
    AccessKey,
    EntraConnection,
    GuideLink,
    ProvisionedUser,
    ReleasedUser,
)
from entra_scim.people import provisioning
from entra_scim.secrecy.hiding import Secret
from entra_scim.sign_in import sign_ins
from entra_scim.tab.urls import PAGES
from tests.browser.conftest import enter_password
from tests.kit.conftest import SCHEMA
from tests.support.browsing import entra_sends, screenshot_of_screen, send, unfold
from tests.support.crowd import crowd

pytestmark = pytest.mark.django_db(transaction=True)

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

SCREENS = ((390, "light"), (390, "dark"), (1280, "dark"), (1920, "light"))
"""Each width, and each colour scheme on a narrow and a wide one."""

FEW_SCREENS = ((390, "dark"), (1280, "light"))
"""For pages and states that have little of their own but words."""

PLAIN = {
    *("same_person", "set_aside", "forget", "set_former_aside", "release"),
    *("revoke_key", "remove_role", "turn_off", "pause", "resume", "federation"),
    *("later", "codes", "role", "automatic"),
}

ELSEWHERE = {
    "progress": "a part of the set-up, for a script",
    "new_key": "shown once: among what comes and goes",
    "role_progress": "goes on by itself, and is gone: tests/roles/regrants",
    "kit": "the guide, with a mistake",
}
"""The pages that are not looked at by their address, and why."""

VARIANTS = {"people": "?q=nobody", "events": "?kind=refused"}


SENT = {
    "save_connection": {"client_id": "x", "client_secret": "x"},
    "define_role": {"role-value": "two words"},
    "role": {"value": "two words"},
    "edit_schema": {"schema": SCHEMA.read_text("utf-8")},
    "activate": {},
}
"""What is sent to pages that show something of their own at a POST."""


def pages_of(environment, numbers):
    """Return the name and path of each page: a new one is looked at, or fails here."""
    above = f"/admin/product/environment/{environment.pk}/entra/"
    for resource, found in PAGES.items():
        for name, (route, page) in found.items():
            if not page.__name__.endswith("Page") or name in ELSEWHERE:
                continue
            path = re.sub(r"<\w+:(\w+)>", lambda part: str(numbers[part[1]]), route)
            yield name, f"{above}{resource}{path}"
            if name in VARIANTS:
                yield name, f"{above}{resource}{path}{VARIANTS[name]}"


@pytest.fixture(params=["en", "nl"])
def look(request, browse):
    """Open pages in a language, and look at them on every screen."""
    from axe_playwright_python.sync_playwright import Axe

    page = browse(locale=request.param)

    def look(what, screens=SCREENS):
        page.evaluate(
            "document.querySelectorAll('details').forEach(step => (step.open = true))"
        )
        for width, scheme in screens:
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
    busiest, waiting, former = crowd(contoso)[:3]
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
    ProvisionedUser.objects.filter(pk=waiting.pk).update(
        waiting_object_id=str(uuid.uuid4())
    )
    provisioning.release(contoso, former.pk)
    numbers = {
        "key_id": AccessKey.objects.get().pk,
        "role_id": roles["Viewer"].pk,
        "released_id": ReleasedUser.objects.get().pk,
        "person_id": waiting.pk,
    }
    pages = list(pages_of(contoso, numbers))
    [person] = [path for name, path in pages if name == "person"]
    for one in (ida, busiest):
        pages.append(("person", person.replace(str(waiting.pk), str(one.pk))))

    for name, path in pages:
        assert look.page.goto(path).status == 200, path
        look(path, FEW_SCREENS if name in PLAIN else SCREENS)
        if name == "guide":
            assert_prints_whole_values(look.page)
            look.page.click("form[action$='guide/links/'] button")
            look("a link for a colleague")
            link = look.page.input_value("[id^=copy-shared]")
            look.page.goto(link)
            look("shared guide")
            assert_prints_whole_values(look.page)
            GuideLink.objects.update(ended_at=timezone.now())
            look.page.goto(link)
            look("a link that has ended", FEW_SCREENS)


def assert_prints_whole_values(page):
    """On paper, the end of a long value is not beyond the edge of its input."""
    page.emulate_media(media="print")
    printed = page.locator(".entra-printed", has_text="AssertiveAppRoleAssignments")
    assert printed.first.is_visible()
    assert not page.locator("#copy-expression").is_visible()
    page.emulate_media(media="screen")


def test_the_states_of_a_set_up_by_the_product(look, contoso, settings):
    """The question, a run, where it stopped, and its end."""
    settings.ENTRA_SCIM_SETUP_CLIENT_ID = str(uuid.uuid4())
    page = look.page
    [cookie] = [one for one in page.context.cookies() if one["name"] == "sessionid"]
    session = SessionStore(cookie["value"])
    run = automatic.new_run({"steps": range(len(STEPS))}) | {
        "environment": str(contoso.pk),
        "is_running": False,
        "tenant": "x",
    }
    states = {
        "begin": None,
        "stopped": run | {"next": 3, "problem": "Entra does not allow this: no. " * 4},
        "held": run | {"next": 3, "is_held": True},
        "done": run
        | {"next": run["total"], "consent_address": f"https://x/{'y' * 90}"},
    }

    for state, kept in states.items():
        session["entra_scim_set_up_run"] = kept
        session.save()
        page.goto(f"/admin/product/environment/{contoso.pk}/entra/guide/automatic/")
        look(f"automatic, {state}", FEW_SCREENS)
    session["entra_scim_set_up_run"] = None
    grants.keep(
        session,
        str(contoso.pk),
        token=Secret("token"),
        tenant_id=str(uuid.uuid4()),
        name="ines@contoso.example",
        lasts=600,
    )
    session.save()
    page.reload()
    assert page.locator("[value=start]").is_visible()
    look("automatic, question", FEW_SCREENS)


def test_every_page_that_answers_a_form(look, contoso, roles):
    """Those that show one at a POST only: a new one is sent something, or fails here."""
    above = f"/admin/product/environment/{contoso.pk}/entra/"
    paths = {
        name: f"{above}{resource}{route}"
        for resource, found in PAGES.items()
        for name, (route, page) in found.items()
        if hasattr(page, "post")
        and page.template_name
        and not page.__name__.endswith("Page")
    }
    paths["role"] = f"{above}roles/{roles['Viewer'].pk}/"

    assert paths.keys() == SENT.keys()
    for name, path in paths.items():
        look.page.goto(above)
        send(look.page, path, SENT[name])
        assert look.page.locator(".errorlist, #edited, .entra-finding").count(), name
        look(f"sent to {name}", FEW_SCREENS)


def test_what_comes_and_goes(look, site, contoso, administrator, roles):
    """Mistakes, a key that is shown once, and each state of an activation."""
    page = look.page
    base = f"/admin/product/environment/{contoso.pk}/entra/"
    page.goto(base)
    unfold(page)
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
    EntraConnection.objects.update(paused_at=timezone.now())
    page.goto(base)
    look("paused", FEW_SCREENS)
    page.goto(f"{base}resume/")
    look("resuming", FEW_SCREENS)
    sign_ins.record_failure(contoso, "AADSTS7000222", "", administrator.email)
    for path in (base, f"{base}sign-in/", "/admin/"):
        page.goto(path)
        look(f"broken {path}", FEW_SCREENS)
    page.context.clear_cookies()
    for path in ("/admin/login/", "/entra/callback/?code=x"):
        page.goto(path)
        look(path, FEW_SCREENS)
