"""Activating sign-in in the tab."""

from __future__ import annotations

from entra_scim.connection import configuration
from tests.support.tab import tab


def connection_of(environment):
    return configuration.connection_of(environment)


def try_sign_in(browser, environment):
    """Go through the tab's test, and return the page that it ends on."""
    begun = browser.client.get(tab(environment, "sign-in/test/"))
    assert begun.status_code == 302
    to_entra = browser.client.get(begun["Location"])
    if to_entra.status_code != 302:
        return to_entra
    return browser.come_back(browser.at_entra(to_entra["Location"]))


def post_activation(browser, environment, admin, **changes):
    page = browser.client.get(tab(environment, "sign-in/"))
    return browser.client.post(
        tab(environment, "sign-in/activate/"),
        {
            "acknowledged": page.context["locked_out"].count,
            "understood": "on",
            "admin_username": admin.get_username(),
            "admin_password": "secret",
            **changes,
        },
    )
