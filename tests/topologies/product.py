"""What a script does within the example product: prepare it, and tell who is there."""

from __future__ import annotations

import datetime
import json
import re
import sys

import django
from django.core.management import call_command
from django.utils import timezone

django.setup()

from django.contrib.auth.models import Group
from django.db import connections

from entra_scim.connection import access_keys, configuration
from entra_scim.database import transactions
from entra_scim.models import (
    EntraConnection,
    EnvironmentGroup,
    EnvironmentRole,
    ProvisionedUser,
    ProvisioningEvent,
)
from example_project.product.models import Environment, User


def prepare(tenant_id, client_id, client_secret):
    """Make an environment with roles, which Entra knows and which is active."""
    for alias in connections:
        if alias != "replica":
            call_command("migrate", database=alias, verbosity=0)
    call_command(
        "check", databases=[*connections], fail_level="ERROR", stdout=sys.stderr
    )
    with transactions.deciding():
        environment = Environment.objects.create(name="Contoso")
        for value in ("Uploader", "Authorizer", "Viewer"):
            group = Group.objects.create(name=value)
            EnvironmentGroup.objects.create(environment=environment, group=group)
            EnvironmentRole.objects.create(
                environment=environment, value=value, group=group
            )
        configuration.save(
            configuration.connection_of(environment),
            client_id=client_id,
            tenant_id=tenant_id,
            cloud="local",
            client_secret=client_secret,
            client_secret_expires_on=datetime.date.today() + datetime.timedelta(90),
        )
        EntraConnection.objects.update(
            activated_at=timezone.now(), confirmed_at=timezone.now()
        )
        _key, secret = access_keys.create(environment)
    return {"environment": environment.pk, "key": secret}


def people():
    """Tell who is there, active and in which groups."""
    users = User.objects.using(transactions.database()).prefetch_related("groups")
    return {
        user.email: [user.is_active, sorted(group.name for group in user.groups.all())]
        for user in users
    }


def state():
    """Tell everything of each link, with names in place of the product's IDs."""
    links = ProvisionedUser.objects.select_related("user").prefetch_related(
        "user__groups", "role_assignments", "elements"
    )
    names = {str(link.pk): link.attributes["userName"] for link in links}

    def named(text):
        return re.sub(
            r"[0-9a-f-]{36}", lambda found: names.get(found[0], found[0]), text
        )

    created = ProvisioningEvent.objects.filter(kind="created")
    return {
        link.attributes["userName"]: [
            (link.user.username, link.user.email, link.user.is_active, link.active),
            sorted(group.name for group in link.user.groups.all()),
            sorted(role.value for role in link.role_assignments.all()),
            sorted(element.path for element in link.elements.all()),
            named(json.dumps(link.attributes, sort_keys=True)),
        ]
        for link in links
    } | {"accounts": User.objects.count(), "created": created.count()}


def end_connections():
    """End every connection of the product, as a restart of the database does."""
    with connections[transactions.database()].cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
