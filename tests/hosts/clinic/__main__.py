"""The story of a product that keeps all it knows of people in another table."""

from __future__ import annotations

import django

django.setup()

from tests.hosts import story
from tests.hosts.clinic.models import Clinic, Profile

story.set_up()
contoso = Clinic.objects.create(number=12, title="Contoso")
ann = story.person("ann@contoso.example")
Profile.objects.create(user=ann, clinic_number=12)
support = story.person("help@contoso.example")
Profile.objects.create(user=support, clinic_number=12, is_support=True)


def flags_of(user):
    return Profile.objects.values_list("may_book", "may_prescribe").get(user=user)


scim, path = story.play(
    story.Product(
        environment=contoso,
        roles={"Editor": {"target": "prescribe"}, "Viewer": {"target": "book"}},
        held=flags_of,
        nothing=(False, False),
        viewer=(True, False),
        editor=(False, True),
    ),
    ann,
)


def display():
    return Profile.objects.get(user=ann).display


assert display() == "Ann Smith"
scim.patch(path, *story.replace(title="Doctor"))
assert display() == "Ann Smith"
scim.patch(path, {"op": "Remove", "path": "displayName"})
assert display() == ""

created = scim.post(
    "/Users", {"userName": "Eve@contoso.example", "displayName": "Eve Adams"}
)
assert created.status_code == 201
eve = Profile.objects.get(user__username="eve@contoso.example")
assert (eve.clinic_number, eve.display) == (12, "Eve Adams")
assert scim.post("/Users", {"userName": "help@contoso.example"}).status_code == 409
