"""Each identifier of a check says one thing: products silence checks by them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import entra_scim.checks


def test_no_two_checks_have_the_same_identifier():
    folder = Path(entra_scim.checks.__file__).parent
    found = Counter(
        identifier
        for module in folder.glob("*.py")
        for identifier in re.findall(r'id="(entra_scim\.\w\d+)"', module.read_text())
    )
    assert len(found) > 30
    assert [identifier for identifier, times in found.items() if times > 1] == []
