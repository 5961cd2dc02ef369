"""The product of a demo, whose clock follows that of the local Entra."""

from __future__ import annotations

import datetime
import re

import pytest
import requests
from django.apps import apps
from django.utils import timezone

from entra_emulator import process
from entra_scim.models import AccessKey, ProvisioningEvent
from entra_scim.tab import key_use

pytestmark = pytest.mark.skipif(
    not apps.is_installed("example_project.product"),
    reason="These settings have another product.",
)

MONTH = datetime.timedelta(days=31)
TENANT_ID = "1c6b7e0a-3c52-4f0c-8f3e-5d0a9b7c1111"


def skip_a_month(portal):
    """Press the button of the portal that lets time pass."""
    with requests.Session() as browser:
        page = browser.get(portal, timeout=60).text
        [token, *_others] = re.findall(
            r'name="csrfmiddlewaretoken" value="(\w+)"', page
        )
        form = {"csrfmiddlewaretoken": token, "action": "later", "by": "31-days"}
        browser.post(portal, form, timeout=60).raise_for_status()


def test_the_products_clock_follows():
    """Keys expire, defaults of models follow, and it is over with the demo."""
    from example_project.product.demonstration import clock

    begun = timezone.now()
    key = AccessKey(expires_at=begun + datetime.timedelta(days=30))
    default = ProvisioningEvent._meta.get_field("at").get_default

    with process.local_entra([{"displayName": "Contoso", "id": TENANT_ID}]) as url:
        skip_a_month(f"{url}/portal/{TENANT_ID}/")
        with clock.followed(url, TENANT_ID):
            later = timezone.now()
            assert later - begun >= MONTH
            assert default() >= later
            assert not key.is_usable(timezone.now())
            assert timezone.template_localtime(begun).tzinfo is not None
            assert key_use.ago(begun) == "1\xa0month ago"
    assert key.is_usable(timezone.now())


def test_without_the_local_entra_it_goes_on_as_it_was():
    from example_project.product.demonstration import clock

    begun = timezone.now()
    with clock.followed("http://127.0.0.1:9", "nobody"):
        assert timezone.now() - begun < MONTH
