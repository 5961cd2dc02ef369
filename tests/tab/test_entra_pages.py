"""Links from the guide to pages of Entra's portal."""

from __future__ import annotations

import re

import pytest

from entra_scim.models import EntraConnection
from tests.support.tab import (  # noqa: F401
    administrator,
    client,
    guide_link,
    saved,
    tab,
)

pytestmark = pytest.mark.django_db


def links(response):
    """Return the links that lead to a page of a portal."""
    return re.findall(r'href="([^"]*/#view/[^"]*)"', response.content.decode())


@pytest.mark.parametrize(
    ("cloud", "portal"),
    [
        ("global", "https://entra.microsoft.com"),
        ("us_government", "https://portal.azure.us"),
        ("china", "https://portal.azure.cn"),
        # One that was saved on a machine with a local Entra.
        ("local", "https://entra.microsoft.com"),
    ],
)
def test_pages_of_the_application_are_a_click_away(client, contoso, cloud, portal):  # noqa: F811
    [gallery] = links(client.get(tab(contoso)))
    assert gallery == (
        "https://entra.microsoft.com/#view/Microsoft_AAD_IAM/AppGalleryBladeV2"
    )
    values = saved()
    client.post(tab(contoso, "connection/"), values)
    EntraConnection.objects.update(cloud=cloud)

    for page in ("", "guide/"):
        found = links(client.get(tab(contoso, page)))

        assert [re.findall(r"~/(\w+)/appId", link) for link in found] == [
            [],
            ["Authentication"],
            ["AppRoles"],
            ["CallAnAPI"],
            ["Credentials"],
        ]
        assert all(link.startswith(f"{portal}/#view/") for link in found)
        assert all(link.endswith(f"/appId/{values['client_id']}") for link in found[1:])


def test_strangers_are_told_of_no_application(client, contoso):  # noqa: F811
    """Who has the link to the guide has no other right to know its ID."""
    client.post(tab(contoso, "connection/"), saved())
    guide = tab(contoso, "guide/")
    assert len(links(client.get(guide))) == 5

    assert len(links(client.get(guide_link(client, guide).url))) == 1


def test_a_local_entra_has_the_pages_too(client, contoso, settings):  # noqa: F811
    settings.DEBUG = True
    settings.ENTRA_SCIM_LOCAL_AUTHORITY = "http://127.0.0.1:9000"
    assert links(client.get(tab(contoso)))[0].startswith(
        "http://127.0.0.1:9000/portal/#"
    )
    client.post(tab(contoso, "connection/"), saved(cloud="local"))

    found = links(client.get(tab(contoso)))

    assert len(found) == 5
    assert all(link.startswith("http://127.0.0.1:9000/portal/#view/") for link in found)
