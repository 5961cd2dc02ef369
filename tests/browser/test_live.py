"""What Entra does shows in the tab without reloading."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.utils import timezone

from entra_scim.connection import configuration
from entra_scim.models import AccessKey
from entra_scim.secrecy.hiding import Secret
from tests.support.browsing import entra_sends

pytestmark = pytest.mark.django_db(transaction=True)


EVE = {
    "userName": "eve@contoso.example",
    "displayName": "Eve Jones",
    "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
    "active": True,
    "roles": [{"primary": False, "value": "Auditor"}],
}


def test_steps_are_ticked_off_without_reloading(browse, site, contoso):
    """The card of a key waits for Entra; the set-up unfolds what comes next."""
    page = browse()
    page.goto(f"/admin/product/environment/{contoso.pk}/entra/")
    page.click("#step-keys > summary")
    page.dblclick("text=Generate access key")
    key = page.input_value("#copy-secret")
    assert AccessKey.objects.count() == 1
    proof = page.locator("[data-entra-live=proof-key]")
    assert "Waiting for Entra" in proof.inner_text()
    entra_sends(site, contoso, key, **EVE)
    page.wait_for_selector("[data-entra-live=proof-key].entra-done")
    assert "Entra connected" in proof.inner_text()
    page.click("text=I have copied it")

    configuration.save(
        configuration.connection_of(contoso),
        client_id=uuid.uuid4(),
        tenant_id=uuid.uuid4(),
        cloud="global",
        client_secret=Secret("abc8Q~Zk3vWv1JbZ0mXk5Tq7Rn2Lp9Hd4Fs6Ga"),
        client_secret_expires_on=timezone.localdate() + datetime.timedelta(days=99),
    )
    page.wait_for_selector("#step-connection > summary.entra-done")
    page.wait_for_selector("#step-roles[open]")
    assert page.locator("#unknown-roles", has_text="Auditor").is_visible()
    assert not page.locator("text=Check again").is_visible()
