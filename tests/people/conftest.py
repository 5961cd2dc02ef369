"""People that Entra has linked, and former people."""

from __future__ import annotations

import pytest

from tests.support.factories import RoleFactory
from tests.support.identity import OLD, OUT, body


@pytest.fixture
def former(scim, contoso):
    """Ann, whom Entra has unassigned: it still finds her by her userName."""
    RoleFactory(environment=contoso, value="Viewer")
    person = scim.post("/Users", body(externalId=OLD)).json()
    scim.patch(f"/Users/{person['id']}", OUT)
    return f"/Users/{person['id']}"
