"""What the tests in a browser share."""

from __future__ import annotations

import json
import os
import re
import urllib.error
import urllib.request
from pathlib import Path

IMAGES = Path(__file__).resolve().parent.parent.parent / "docs" / "images"


def screenshot(page, name):
    """Take a picture for the documents, if somebody asks for new ones."""
    if os.environ.get("SCREENSHOTS"):
        IMAGES.mkdir(exist_ok=True)
        page.screenshot(path=IMAGES / f"{name}.png")


def screenshot_of_screen(page, where):
    """Take a picture of a whole page, where ``SCREENS`` names a folder for people."""
    if folder := os.environ.get("SCREENS"):
        name = "-".join(re.sub(r"\W+", "_", str(part)) for part in where)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def entra_sends(site, environment, key, **attributes):
    """Send a person as Entra does, over HTTP, and return the status."""
    request = urllib.request.Request(
        f"{site.url}/api/scim/entra/{environment.pk}/Users",
        json.dumps(attributes).encode(),
        {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/scim+json",
        },
    )
    try:
        with urllib.request.urlopen(request) as response:
            return response.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def unfold(page):
    """Unfold all steps of the set-up."""
    page.evaluate(
        "document.querySelectorAll('details').forEach(step => (step.open = true))"
    )


def send(page, path, values):
    """Send a form to a page of the tab."""
    with page.expect_navigation():
        page.evaluate(
            """([path, values]) => {
              const form = document.createElement("form");
              Object.assign(form, { method: "post", action: path, hidden: true });
              const token = document.querySelector("[name=csrfmiddlewaretoken]");
              form.append(token.cloneNode());
              for (const [name, value] of Object.entries(values)) {
                const field = document.createElement("textarea");
                Object.assign(field, { name, value });
                form.append(field);
              }
              document.body.append(form);
              form.submit();
            }""",
            [path, values],
        )
