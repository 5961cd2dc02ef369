"""Who is there before Entra comes, and what they have afterwards."""

from __future__ import annotations

from host.policy import EVERYBODY
from pretix.base.models import Organizer, Team, User

LOG_IN = "/control/login"
INSIDE = "/control/"
FIELDS = {"email": "ann@contoso.example"}


def prepare(password):
    contoso = Organizer.objects.create(name="Contoso", slug="contoso")
    for name in (EVERYBODY, "Editor", "Viewer"):
        Team.objects.create(organizer=contoso, name=name, all_events=True)
    ann = User.objects.create_user("ann@contoso.example", password)
    contoso.teams.get(name=EVERYBODY).members.add(ann)
    return contoso


def held():
    ann = User.objects.get(email="ann@contoso.example")
    return sorted(ann.teams.exclude(name=EVERYBODY).values_list("name", flat=True))
