"""People with an object ID, and requests that would replace it."""

from __future__ import annotations

import uuid

from django.contrib.auth import get_user_model

from entra_scim.models import ProvisionedUser

OLD, NEW, THIRD = (str(uuid.UUID(int=number)) for number in (1, 2, 3))


ADDRESS = "ann@contoso.example"


OUT = {"op": "Replace", "path": "active", "value": "False"}


BACK = {"op": "Replace", "path": "active", "value": "True"}


def body(address=ADDRESS, **attributes):
    return {
        "userName": address,
        "displayName": "Ann Old",
        "emails": [{"type": "work", "value": address}],
        "roles": [{"value": "Viewer"}],
        "active": True,
        **attributes,
    }


def replacing(object_id):
    return {"op": "Replace", "path": "externalId", "value": object_id}


def link():
    return ProvisionedUser.objects.select_related("user").get()


def state():
    """Return everything about the one person there is."""
    person = link()
    columns = get_user_model().objects.filter(pk=person.user_id).values().get()
    return columns, person.attributes, sorted(person.user.groups.values_list("name"))
