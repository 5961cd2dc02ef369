"""The story of a product with a group model of its own, and deleted people."""

from __future__ import annotations

import io
import json
import sys

import django

django.setup()

from django.contrib.auth.models import Group as DjangoGroup
from django.core.management import CommandError, call_command

from entra_scim.models import Environment, EnvironmentRole
from entra_scim.roles.memberships import GroupsElsewhere
from tests.hosts import story
from tests.hosts.teams.models import Group, User

story.set_up()
contoso = Environment.objects.create(name="Contoso")
admins = Group.objects.create(name="Network Superadmins", is_of_staff=True)
readers = Group.objects.create(name="Readers")
writers = Group.objects.create(name="Writers")
local = Group.objects.create(name="Local")
ann = story.person("ann@contoso.example")
ann.groups.add(local)


def groups_of(user):
    return {group.name for group in user.groups.all()}


scim, path = story.play(
    story.Product(
        environment=contoso,
        roles={
            "Editor": {"target": str(writers.pk)},
            "Viewer": {"target": str(readers.pk)},
        },
        held=groups_of,
        nothing={"Local"},
        viewer={"Local", "Readers"},
        editor={"Local", "Writers"},
    ),
    ann,
)
ann.refresh_from_db()
assert ann.display_name == "Ann Smith"

# Nothing that the product does not offer, and no group of the same number.
sys.stdin = io.StringIO(json.dumps({"roles": {"Boss": {"target": str(admins.pk)}}}))
try:
    call_command("entra_environment", "apply", contoso.pk, "-")
except CommandError as error:
    assert "cannot be" in str(error)
    assert EnvironmentRole.objects.count() == 2
else:
    raise AssertionError("The group of the product's staff was accepted.")
same_number = DjangoGroup.objects.create(pk=admins.pk, name="Viewer")
try:
    EnvironmentRole.objects.create(environment=contoso, value="X", group=same_number)
except GroupsElsewhere:
    pass
else:
    raise AssertionError("A group of Django's was granted.")

# Entra deletes her, and then the product does. She comes back as who she was.
scim.delete(path)
assert groups_of(ann) == {"Local"}
ann.delete()
assert not User.objects.filter(pk=ann.pk).exists()
sent = {"userName": story.ADDRESS, "displayName": "Ann Smith"}
assert scim.post("/Users", sent).status_code == 409
again = scim.post(
    "/Users",
    {**sent, "externalId": ann.object_id, "roles": [{"value": "Viewer"}]},
)
assert again.status_code == 201, again.content
assert groups_of(User.objects.get(pk=ann.pk)) == {"Local", "Readers"}
assert story.sign_in()[1]

# Somebody that the product has deleted and the policy does not know is nobody's.
bob = story.person("bob@contoso.example", object_id="")
bob.delete()
refused = scim.post("/Users", {"userName": "Bob@contoso.example"})
assert refused.status_code == 409
assert User.everybody.get(pk=bob.pk).deleted_at is not None
