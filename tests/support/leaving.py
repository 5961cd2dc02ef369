"""People who leave and come back."""

from __future__ import annotations

OUT = {"op": "Replace", "path": "active", "value": "False"}


BACK = {"op": "Replace", "path": "active", "value": "True"}


def create(scim, address, **attributes):
    response = scim.post(
        "/Users",
        {
            "userName": address,
            "displayName": "Ann Smith",
            "externalId": address,
            "roles": [{"value": "Viewer"}],
            **attributes,
        },
    )
    assert response.status_code == 201, response.content
    return f"/Users/{response.json()['id']}"
