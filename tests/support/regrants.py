"""A role that many people have, and changes of it."""

from __future__ import annotations

from entra_scim.models import (
    ProvisionedUser,
)
from entra_scim.roles import regrants

PEOPLE = 7


def provision(scim, name, **attributes):
    response = scim.post(
        "/Users", {"userName": f"{name}@contoso.example", **attributes}
    )
    assert response.status_code == 201, response.content
    return ProvisionedUser.objects.get(pk=response.json()["id"])


def members(group):
    return group.user_set.count()


def finish(environment):
    while regrants.step(environment):
        pass


def patch(scim, person, path, value):
    response = scim.patch(
        f"/Users/{person.pk}", {"op": "replace", "path": path, "value": value}
    )
    assert response.status_code == 200, response.content
