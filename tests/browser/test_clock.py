"""The shortest way through the set-up, counted: clicks, entries, changes of tab."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model

from entra_scim.activation import lifecycle
from entra_scim.connection import configuration
from tests.browser.conftest import TENANT_ID
from tests.support.counting import Clock
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

AZ = Path(__file__).parent.parent / "kit" / "az.py"


@pytest.fixture
def cloud_shell(tmp_path, browse, local_entra_url):
    """Run a script as Azure Cloud Shell does, with an administrator's rights."""
    az = tmp_path / "az"
    az.write_text(f"#!{sys.executable} -IS\n{AZ.read_text('utf-8')}", "utf-8")
    az.chmod(0o755)
    page = browse()
    page.goto(f"{local_entra_url}/portal/{TENANT_ID}/graph/")
    page.get_by_role("button", name="Show access token").click()
    token = page.input_value("textarea")

    def run(script, key):
        finished = subprocess.run(
            ["bash", str(script)],
            capture_output=True,
            text=True,
            check=True,
            env={
                **os.environ,
                "PATH": f"{tmp_path}:{os.environ['PATH']}",
                "ENTRA_KIT_ACCESS_KEY": key,
                "ENTRA_KIT_TOKEN": token,
                "ENTRA_KIT_FOLDER": str(tmp_path / "kept"),
                "ENTRA_KIT_PAUSE": "0.01",
            },
        )
        return finished.stdout

    return run


@pytest.mark.skipif(not shutil.which("bash"), reason="There is no bash here.")
def test_from_nothing_to_active(
    browse, contoso, administrator, local_entra_url, cloud_shell, tmp_path
):
    """With the script that the tab gives out: at most 30 clicks, 8 entries, 4 changes."""
    UserFactory(
        email="admin@contoso.example", is_staff=True, is_superuser=True, password="Own"
    )
    tab = browse(permissions=["clipboard-read", "clipboard-write"])
    portal = tab.context.new_page()
    tab.goto(f"/admin/product/environment/{contoso.pk}/entra/")
    clock = Clock(tab)

    # Here: the roles, a key, and the script.
    clock.click("#step-roles > summary")
    for role in ("Viewer", "Auditor"):
        clock.enter("#id_role-value", role)
        clock.click("#add-role [type=submit]")
        tab.wait_for_selector(f"[aria-label='Change {role}']")
    clock.click("#step-keys > summary")
    clock.press("Generate access key")
    clock.click("[data-entra-copy=copy-secret]")
    key = tab.input_value("#copy-secret")
    clock.press("I have copied it", role="link")
    clock.press("^Guide$", role="link")
    with tab.expect_download() as download:
        clock.press("Download script for Azure Cloud Shell")
    script = tmp_path / "entra.sh"
    download.value.save_as(script)

    # In Azure Cloud Shell: the command and the key; then one copy of what it printed.
    clock.change_to(portal)
    clock.also(entries=2)
    printed = cloud_shell(script, key)
    clock.also(clicks=1)
    clock.change_to(tab)
    clock.press("^Set-up$", role="link")
    tab.evaluate("text => navigator.clipboard.writeText(text)", printed)
    clock.paste("#id_client_id", and_wait=False)  # Both IDs and the secret are saved.
    tab.wait_for_selector(".messagelist .success")

    # In Entra: who may use the product. The rest is set up.
    clock.change_to(portal)
    portal.goto(f"{local_entra_url}/portal/{TENANT_ID}/")
    clock.press("Users and groups", role="link")
    for name, role in (("Ines Turner", "Viewer"), ("Eve Jones", "Auditor")):
        clock.press("Add user.group", role="link")
        portal.get_by_label(re.compile(rf"\b{name}\b")).check()
        portal.get_by_label(re.compile(rf"\b{role}\b")).check()
        clock.also(clicks=2)
        clock.press("^Assign$")
    # The script has started provisioning: Entra's own clock brings the next cycle.
    portal.goto(portal.url.replace("assignments/", "provisioning/"))
    portal.get_by_role("button", name=re.compile("Start|next cycle")).click()
    while not portal.locator("#report").count():
        portal.reload()

    # Here again: the page has ticked off what Entra did. Test, activate, confirm.
    clock.change_to(tab)
    tab.wait_for_selector("#step-test[open]")
    clock.press("Test sign-in", role="link")
    clock.press("Ines Turner")
    clock.press("Back to the tab", role="link")
    clock.click("#id_understood")
    admin = get_user_model().objects.get(email="admin@contoso.example")
    clock.enter("#id_admin_username", admin.get_username())
    clock.enter("#id_admin_password", "Own")
    clock.press("Activate on trial")
    tab.wait_for_url("**/admin/login/**")
    clock.click("text=Microsoft Entra >> nth=-1")
    tab.wait_for_url("**/admin/**")

    settings = configuration.connection_of(contoso)
    assert lifecycle.state_of(settings) == lifecycle.State.ACTIVE
    assert clock.clicks <= 30
    assert clock.entries <= 8
    assert clock.changes_of_tab <= 4
