"""Who is there before Entra comes, and what they have afterwards."""

from __future__ import annotations

from organizations.models import Organization, OrganizationMember
from users.models import User

LOG_IN = "/user/login/"
INSIDE = "/user/account/"
FIELDS = {"email": "ann@contoso.example"}


def prepare(password):
    boss = User.objects.create_user("boss@contoso.example", "its own password")
    contoso = Organization.create_organization(created_by=boss, title="Contoso")
    ann = User.objects.create_user("ann@contoso.example", password)
    ann.active_organization = contoso
    ann.save()
    OrganizationMember.objects.create(user=ann, organization=contoso)
    return contoso


def held():
    ann = User.objects.get(email="ann@contoso.example")
    return sorted(group.name.rsplit(" ", 1)[-1] for group in ann.groups.all())
