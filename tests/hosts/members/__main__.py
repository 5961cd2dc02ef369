"""The story of a product with memberships that have roles."""

from __future__ import annotations

import sys

import django

django.setup()

from django.contrib.auth.models import Group

from tests.hosts import story
from tests.hosts.members.models import Membership, Organization, User

story.set_up()
contoso = Organization.objects.create(name="Contoso")
ann = story.person("ann@contoso.example", full_name="Ann")  # who belongs nowhere yet


def role_of(user):
    return Membership.objects.get(user=user).role


scim, path = story.play(
    story.Product(
        environment=contoso,
        roles={"Editor": {}, "Viewer": {}},
        held=role_of,
        nothing="",
        viewer="Viewer",
        editor="Editor",
    ),
    ann,
)
assert ann.full_name == "Ann Smith"
created = scim.post(
    "/Users", {"userName": "Eve@contoso.example", "displayName": "Eve Adams"}
)
assert created.status_code == 201
assert User.objects.get(email="eve@contoso.example").full_name == "Eve Adams"
assert scim.post("/Users", {"userName": "x@elsewhere.example"}).status_code == 400
assert not Group.objects.exists()
assert "entra_scim.admin" not in sys.modules
