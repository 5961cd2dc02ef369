"""Who is there before Entra comes, and what they have afterwards."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission

from entra_scim.models import Environment, EnvironmentRole

LOG_IN = "/admin/login/"
INSIDE = "/admin/"
FIELDS = {"username": "ann@contoso.example"}


def prepare(password):
    contoso = Environment.objects.create(name="Contoso")
    for value, name in {"Editor": "Moderators", "Viewer": "Editors"}.items():
        EnvironmentRole.objects.create(
            environment=contoso, value=value, group=Group.objects.get(name=name)
        )
    ann = get_user_model().objects.create_user(
        "ann@contoso.example", "ann@contoso.example", password
    )
    # Whatever else she has lets her into Wagtail's admin, and is none of Entra's.
    others = Group.objects.create(name="Staff")
    others.permissions.add(Permission.objects.get(codename="access_admin"))
    ann.groups.add(others)
    return contoso


def held():
    roles = {"Moderators": "Editor", "Editors": "Viewer"}
    ann = get_user_model().objects.get(email="ann@contoso.example")
    groups = ann.groups.filter(name__in=roles)
    return sorted(roles[group.name] for group in groups)
