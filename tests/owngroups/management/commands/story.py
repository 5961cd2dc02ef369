"""Provision people in a product whose groups are not Django's."""

from __future__ import annotations

import contextlib
import io
import json

from django.contrib.auth.models import Group
from django.core.management import BaseCommand, CommandError, call_command
from django.test import override_settings

from entra_scim.connection import access_keys
from entra_scim.models import Environment, EnvironmentRole, ProvisioningEvent
from entra_scim.policy import ProvisioningPolicy
from entra_scim.roles.memberships import GroupsElsewhere
from entra_scim.text.comparison_keys import role_key
from tests.owngroups.models import Person, Team
from tests.support.client import ScimClient


class StaffIsExempt(ProvisioningPolicy):
    def is_exempt(self, user):
        return user.email.endswith("@staff.example")


def tried(environment, policy):
    """Return what the trial of a policy says."""
    told = io.StringIO()
    path = f"{policy.__module__}.{policy.__qualname__}"
    with (
        override_settings(ENTRA_SCIM_POLICY=path),
        contextlib.suppress(CommandError),  # it found something
    ):
        call_command("entra_check_policy", environment.pk, stdout=told)
    return told.getvalue()


class Command(BaseCommand):
    help = "Show what a role does to somebody in the team of its group's primary key."
    requires_system_checks = ()  # which would refuse to go on

    def handle(self, *args, **options):
        call_command("migrate", run_syncdb=True, verbosity=0)
        environment = Environment.objects.create(name="Contoso")
        team, group = (
            Team.objects.create(name="Secret"),
            Group.objects.create(name="Viewer"),
        )
        assert team.pk == group.pk
        story = {}
        try:
            EnvironmentRole.objects.create(
                environment=environment, value="A", group=group
            )
        except GroupsElsewhere as error:
            story["role"] = error.code
        assert not EnvironmentRole.objects.exists()

        # As if the roles were made before the product changed its user model.
        role = EnvironmentRole(environment=environment, value="Viewer", group=group)
        role.value_key = role_key("Viewer")
        EnvironmentRole.objects.bulk_create([role])
        _key, secret = access_keys.create(environment)
        scim = ScimClient(f"/scim/{environment.pk}", secret)
        roles = [{"value": "Viewer"}]
        refused = scim.post(
            "/Users", {"userName": "eve@contoso.example", "roles": roles}
        )
        story["granting"] = [refused.status_code, Person.objects.count()]
        story["event"] = ProvisioningEvent.objects.get(kind="refused").reason
        created = scim.post("/Users", {"userName": "ann@contoso.example"})
        ann = Person.objects.get()
        ann.groups.add(team)
        path = f"/Users/{created.json()['id']}"
        assert (
            scim.patch(
                path, {"op": "replace", "path": "roles", "value": []}
            ).status_code
            == 200
        )
        left = scim.patch(path, {"op": "replace", "path": "active", "value": False})
        ann.refresh_from_db()
        story["leaving"] = [left.status_code, ann.is_active]
        EnvironmentRole.objects.get().delete()
        story["nobody is exempt"] = [
            "has no column is_superuser" in tried(environment, policy)
            for policy in (ProvisioningPolicy, StaffIsExempt)
        ]
        story["teams"] = [one.name for one in ann.groups.all()]
        return json.dumps(story)
