"""Headers and parameters that are longer than any client's."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

pytestmark = pytest.mark.django_db

EVE = {"userName": "eve@contoso.example", "active": False}


def test_a_list_of_versions(scim):
    path = f"/Users/{scim.post('/Users', EVE).json()['id']}"

    answer = scim.put(path, EVE, if_match='W/"1",' * 5000)

    assert answer.status_code == 400
    assert "characters" in answer.json()["detail"]


def test_a_list_of_attributes(scim):
    answer = scim.get("/Users", {"attributes": "x," * 200_000})

    assert answer.status_code == 400


def test_somebody_new_is_not_put_out_by_a_bad_address(scim):
    """There is nobody who would keep their access: it is refused as others are."""
    answer = scim.post("/Users?attributes=title&excludedAttributes=title", EVE)

    assert answer.status_code == 400
    assert not get_user_model().objects.filter(email=EVE["userName"]).exists()
