"""What the tests of the middleware start from."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model


@pytest.fixture
def leaver(contoso, scim, ann):
    """Ann, whom Entra deactivates when the test says so."""
    created = scim.post("/Users", {"userName": ann.email, "externalId": "a"})
    ann.refresh_from_db()

    def leave():
        scim.patch(
            f"/Users/{created.json()['id']}",
            {"op": "Replace", "value": {"active": False}},
        )

    ann.leave = leave
    return ann


@pytest.fixture
def undone(leaver):
    """Ann, whom Entra has deactivated, and whom the product has saved since."""
    stale = get_user_model().objects.get(pk=leaver.pk)
    leaver.leave()
    stale.save()
    assert get_user_model().objects.get(pk=leaver.pk).is_active
    return stale
