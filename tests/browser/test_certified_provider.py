"""Signing in at a certified OpenID provider."""

from __future__ import annotations

import datetime
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest
from django.core.cache import cache
from django.utils import timezone

from entra_scim.connection import access_keys, configuration
from tests.browser.conftest import missing
from tests.support.browsing import entra_sends
from tests.support.sign_in import activate

pytestmark = pytest.mark.django_db(transaction=True)

FOLDER = Path(__file__).parent / "provider"
OBJECT_ID = "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"


@pytest.fixture
def provider(site, settings):
    """A provider that is not ours: oidc-provider, certified by the OpenID Foundation."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules").exists():
        missing(f"No oidc-provider. Get it with Node.js: npm install --prefix {FOLDER}")
    tenant_id, client_id = uuid.uuid4(), uuid.uuid4()
    callback = f"{site.url}/entra/callback/"
    process = subprocess.Popen(
        [
            node,
            "provider.js",
            str(tenant_id),
            str(client_id),
            "the client secret",
            OBJECT_ID,
            callback,
        ],
        cwd=FOLDER,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    address = next(line for line in process.stdout if line.startswith("http")).strip()
    settings.ENTRA_SCIM_LOCAL_AUTHORITY = address
    settings.DEBUG = True  # there is no local Entra without
    cache.clear()
    yield tenant_id, client_id
    process.terminate()
    process.communicate()


def test_signing_in(browse, site, contoso, provider):
    """The whole flow, against somebody else's reading of the standards."""
    tenant_id, client_id = provider
    _key, secret = access_keys.create(contoso)
    eve = {"userName": "eve@contoso.example", "externalId": OBJECT_ID}
    assert entra_sends(site, contoso, secret, **eve) == 201
    configuration.save(
        configuration.connection_of(contoso),
        client_id=client_id,
        tenant_id=tenant_id,
        cloud="local",
        client_secret="the client secret",
        client_secret_expires_on=timezone.localdate() + datetime.timedelta(days=99),
    )
    page = browse()
    activate(contoso)

    page.goto("/login/?next=/admin/login/")
    page.click("text=Microsoft Entra >> nth=-1")
    page.fill("[name=login]", "eve@contoso.example")
    page.fill("[name=password]", "any")
    page.click("[type=submit]")
    page.click("[type=submit]")
    page.wait_for_url(f"{site.url}/admin/login/**")

    assert "eve@contoso.example" in page.inner_text("main")
