"""What the tests in a browser share."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from pathlib import Path

IMAGES = Path(__file__).resolve().parent.parent.parent / "docs" / "images"


def screenshot(page, name):
    """Take a picture for the documents, if somebody asks for new ones."""
    if os.environ.get("SCREENSHOTS"):
        IMAGES.mkdir(exist_ok=True)
        page.screenshot(path=IMAGES / f"{name}.png")


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
