"""People as Entra creates them."""

from __future__ import annotations

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"


ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def create(scim, who, /, **attributes):
    response = scim.post(
        "/Users",
        {"schemas": [CORE], "userName": f"{who}@contoso.example", **attributes},
    )
    assert response.status_code == 201, response.content
    return response
