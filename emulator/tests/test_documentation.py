"""What the README says works."""

from __future__ import annotations

import re
from pathlib import Path

from entra_emulator.tenants_file import read_tenants

README = Path(__file__).resolve().parent.parent / "README.md"


def test_the_tenants_of_the_readme_can_be_read(tmp_path):
    [block] = re.findall(r"```json\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    file = tmp_path / "tenants.json"
    file.write_text(block)

    [tenant] = read_tenants(file)

    [application] = tenant.applications
    ann, _bob = tenant.people.values()
    assert [role.value for role in application.roles_of(ann)] == ["Viewer"]
