"""The story of a product without Django's groups, memberships and usernames of Entra's."""

from __future__ import annotations

import django

django.setup()

from entra_scim.exceptions import NotProvisioned
from entra_scim.people.provisioning import release
from tests.hosts import story
from tests.hosts.desk.models import User, Workspace

story.set_up()
contoso = Workspace.objects.create(name="Contoso", domain="contoso.example")
ann = story.person("ann@contoso.example", handle="ann", nickname="Annie")


def level_of(user):
    return User.objects.get(pk=user.pk).level


scim, path = story.play(
    story.Product(
        environment=contoso,
        roles={"Editor": {"target": "lead"}, "Viewer": {"target": "agent"}},
        held=level_of,
        nothing=0,
        viewer=1,
        editor=2,
    ),
    ann,
    username="ann",
)
ann.refresh_from_db()
assert (ann.nickname, ann.full_name) == ("Annie", "Ann Smith")

created = scim.post(
    "/Users", {"userName": "Eve@contoso.example", "displayName": "Eve Adams"}
)
assert created.status_code == 201, created.content
eve = User.objects.get(email="eve@contoso.example")
assert (eve.full_name, eve.workspace) == ("Eve Adams", contoso)

# Two requests unlink her at the same time.
released = created.json()["id"]
release(contoso, released)
try:
    release(contoso, released)
except NotProvisioned:
    pass
else:
    raise AssertionError("She was unlinked twice.")

# What the product had read before Entra left the name out, and saves afterwards.
stale = User.objects.get(pk=ann.pk)
scim.patch(path, *story.replace(displayName="Ann Jones"))
stale.save()
assert scim.get(path).status_code == 200
ann.refresh_from_db()
assert ann.full_name == "Ann Jones"

# Staff suspend her, and Entra does not let her in again.
scim.patch(path, *story.replace(active=False))
User.objects.filter(pk=ann.pk).update(is_suspended=True)
assert scim.patch(path, *story.replace(active=True)).status_code == 409

Workspace.objects.update(is_archived=True)
assert scim.get(path).status_code == 503
