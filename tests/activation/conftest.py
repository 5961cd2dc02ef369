"""Bob's browser, for activating Entra sign-in."""

from __future__ import annotations

import pytest


@pytest.fixture
def browser(browser, boss):
    """Bob's browser, where he is signed in with his password."""
    browser.client.force_login(
        boss, backend="django.contrib.auth.backends.ModelBackend"
    )
    return browser
