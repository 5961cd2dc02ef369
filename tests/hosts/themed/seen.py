"""What somebody sees of the tab in a real browser, whatever the theme."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import sync_playwright

_PAGES = ("", "sign-in/", "guide/", "people/", "events/")
_SMALLEST = 20
"""How high a button is, in pixels, that somebody can read and hit."""

_BUTTONS = ".entra-content :is(button, a.button, [type=submit]):visible"


def look(environment: Any, session: str, pictures: Path | None) -> None:
    """Open the pages of the tab in the admin and outside of it.

    Raises:
        AssertionError: A page has an error, cannot be read, or has a button that nobody
            sees.
    """
    server = LiveServerThread("127.0.0.1", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert not server.error, server.error
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        with closing(browser):
            for above in ("admin/entra_scim/environment", "settings"):
                context = browser.new_context(viewport={"width": 1100, "height": 900})
                url = f"http://127.0.0.1:{server.port}/"
                context.add_cookies(
                    [{"name": "sessionid", "value": session, "url": url}]
                )
                for path in _PAGES:
                    page = context.new_page()
                    answer = page.goto(f"{url}{above}/{environment.pk}/entra/{path}")
                    assert answer is not None
                    assert answer.status == 200, (page.url, answer.status)
                    _check(page)
                    if pictures:
                        name = f"{above.partition('/')[0]}-{path.strip('/')}.png"
                        page.screenshot(path=pictures / name, full_page=True)
                    page.close()
    server.terminate()


def _check(page: Any) -> None:
    page.evaluate(
        "document.querySelectorAll('details').forEach(step => (step.open = true))"
    )
    for button in page.locator(_BUTTONS).all():
        box = button.bounding_box()
        assert box["height"] >= _SMALLEST, (page.url, button.text_content())
    # The colours of links and of quiet texts are the theme's in its admin.
    rules = ["label", "button-name"]
    if "/admin/" not in page.url:
        rules.append("color-contrast")
    found = Axe().run(page, context=".entra-content", options={"runOnly": rules})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
