"""A product that keeps roles itself: what it has, and what Entra sends it."""

from __future__ import annotations

import sys

from django.utils.module_loading import import_string

from entra_scim.conf import conf
from entra_scim.exceptions import ProvisioningError
from entra_scim.models import ProvisioningEvent
from tests.support.tab import tab

HELD = {}
"""What the product keeps: roles by user and environment."""

OFFERED = {"editor": "Editor of pages", "Editor": "Editor in chief", "reader": "Reader"}


class NoSuchRole(ProvisioningError):
    code = "no_such_role"
    message = "The product has no such role."


def use(settings, *policies, **hooks):
    """Let the product's policy have hooks."""
    base = import_string(conf.POLICY)
    sys.modules[__name__].Own = type("Own", (*policies, base), hooks)
    settings.ENTRA_SCIM_POLICY = f"{__name__}.Own"


def values(*names):
    return [{"value": name} for name in names]


def linked(scim, ann, *names):
    response = scim.post("/Users", {"userName": ann.email, "roles": values(*names)})
    assert response.status_code == 201
    return f"/Users/{response.json()['id']}"


def change(scim, path, attribute, value):
    operation = {"op": "Replace", "path": attribute, "value": value}
    return scim.patch(path, operation).status_code


def last_event(kind):
    return ProvisioningEvent.objects.filter(kind=kind).latest("pk")


def chosen(client, role, target):
    """Return what a page says to a change of what a role is in the product."""
    url = tab(role.environment, f"roles/{role.pk}/")
    response = client.post(url, {"value": role.value, "target": target})
    if response.status_code == 302:
        return ""
    return str(response.context["role_form"].errors)
