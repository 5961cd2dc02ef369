"""What the tests of roles start from."""

from __future__ import annotations

import pytest


@pytest.fixture
def linked(scim, ann, roles):
    """Ann, linked, with no word of roles yet and in group Viewer."""
    ann.groups.add(roles["Viewer"].group)
    response = scim.post(
        "/Users", {"userName": ann.email, "displayName": "Ann Smith", "externalId": "a"}
    )
    return f"/Users/{response.json()['id']}"
