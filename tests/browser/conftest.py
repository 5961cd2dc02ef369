"""A real browser, and a server for it."""

from __future__ import annotations

import os
import shutil

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission

from entra_emulator import process
from entra_scim.conf import conf
from tests.support.factories import RoleFactory, UserFactory, make_environment

TENANT_ID = "1c6b7e0a-3c52-4f0c-8f3e-5d0a9b7c1111"

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


def missing(what):
    """Skip, or fail where a browser is a must, as in CI."""
    if os.environ.get("BROWSER_REQUIRED"):
        pytest.fail(what)
    pytest.skip(what)


def enter_password(page, administrator, password="let me in"):
    """Sign in on the admin's own page."""
    administrator.refresh_from_db()  # Entra changes usernames.
    page.fill("#id_username", administrator.get_username())
    page.fill("#id_password", password)
    page.click("[type=submit]")


@pytest.fixture(scope="session")
def chromium():
    """The browser, for the whole run."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("No Playwright. Get it with: pip install -e '.[browser]'")
    if CHROMIUM is None:
        missing("No Chromium. Get it from Debian with: apt-get install chromium")
    # Playwright's event loop runs in this thread, which Django takes for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def site(settings, live_server):
    """The example product, which forbids inline scripts and styles."""
    if not apps.is_installed("example_project.product"):
        pytest.skip("These settings have another product.")
    settings.MIDDLEWARE = ["tests.browser.csp.strict_csp", *settings.MIDDLEWARE]
    return live_server


@pytest.fixture
def contoso(site, transactional_db):
    return make_environment(name="Contoso")


@pytest.fixture
def administrator(contoso):
    """Somebody who administers Contoso, and nothing else."""
    user = UserFactory(
        email="it@contoso.example",
        environment=contoso,
        is_staff=True,
        password="let me in",
    )
    options = apps.get_model(conf.ENVIRONMENT_MODEL)._meta
    user.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label=options.app_label,
            codename__in=("view_environment", "change_environment", "view_user"),
        )
    )
    return user


@pytest.fixture
def roles(contoso):
    return {
        value: RoleFactory(environment=contoso, value=value)
        for value in ("Uploader", "Viewer")
    }


@pytest.fixture
def browse(chromium, site, administrator):
    """Open a page as the administrator; no browser may complain of anything."""
    contexts, complaints = [], []

    def note(message):
        # No product has an icon here, and some pages fail on purpose. What a page of
        # the provider's misses is not ours.
        url = message.location["url"]
        expected = url.endswith(("/favicon.ico", "?code=x")) or any(
            part in url for part in ("/callback/?", "/guide/shared/")
        )
        if message.type == "error" and url.startswith(site.url) and not expected:
            complaints.append(message.text)

    def open_page(**options):
        context = chromium.new_context(base_url=site.url, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/admin/")
        enter_password(page, administrator)
        page.wait_for_selector("#user-tools")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def local_entra_url(settings):
    """A local Entra with two people and no application yet, where the product looks."""
    tenant = {
        "displayName": "Contoso",
        "id": TENANT_ID,
        "users": [
            {"userPrincipalName": "it@contoso.example", "displayName": "Ines Turner"},
            {"userPrincipalName": "eve@contoso.example", "displayName": "Eve Jones"},
        ],
    }
    with process.local_entra([tenant]) as url:
        settings.DEBUG = True
        settings.ENTRA_SCIM_LOCAL_AUTHORITY = url
        yield url
