"""Somebody who is about to leave, and what must hold once they have."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from entra_scim.models import ProvisioningEvent
from tests.support.deactivation import named


@pytest.fixture
def linked(scim, ann, admin, roles):
    """Ann, linked, with role Viewer; Eve and the Admin are there as well."""
    response = scim.post("/Users", {"userName": "eve@contoso.example", **named("eve")})
    assert response.status_code == 201
    response = scim.post("/Users", {"userName": ann.email, **named("ann")})
    assert response.status_code == 201
    return f"/Users/{response.json()['id']}"


@pytest.fixture
def is_out(scim, ann, linked):
    """Return a function that asserts that Ann is out, and only that."""
    before = scim.get(linked).json()
    columns = get_user_model().objects.filter(pk=ann.pk).values()[0]
    assert columns["is_active"]
    assert ann.groups.exists()

    def assert_out(response, *changed):
        assert response.status_code == 200, response.content
        after = response.json()
        assert scim.get(linked).json() == after
        expected = {**before, "active": False, "meta": after["meta"]}
        assert {**after, **dict.fromkeys(changed)} == {
            **expected,
            **dict.fromkeys(changed),
        }
        user = get_user_model().objects.filter(pk=ann.pk)
        assert user.values()[0] == {**columns, "is_active": False}
        assert not user.get().groups.exists()
        return ProvisioningEvent.objects.get(kind="deactivated")

    return assert_out
