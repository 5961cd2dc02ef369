"""What the pages of the tab cost in the database, and how that grows with people.

Run it against the database of DATABASE_URL, which it migrates and fills:
``python -m tests.benchmarks.tab --people 1000 100000``.
"""

from __future__ import annotations

import argparse
import datetime
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django
from django.conf import settings

django.setup()

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from entra_scim.connection import access_keys
from entra_scim.database import prepared_writes
from entra_scim.database.environment_model import environment_named
from entra_scim.document import compared_strings
from entra_scim.models import (
    EntraConnection,
    ProvisionedElement,
    ProvisionedUser,
    ProvisioningEvent,
    RoleAssignment,
)
from entra_scim.people import keys
from tests.benchmarks.__main__ import body
from tests.benchmarks.processor import cost_of
from tests.support.factories import RoleFactory, make_environment

PAGES = {
    "set-up": "",
    "guide": "guide/",
    "sign-in": "sign-in/",
    "later": "later/",
    "people": "people/",
    "people, page 100": "people/?p=100",
    "people, inactive": "people/?status=inactive",
    "people, waiting": "people/?status=waiting",
    "people, no sign-in": "people/?status=no_sign_in",
    "people, by name": "people/?q=person+99",
    "people, by address": "people/?q=person77%40",
    "people, nobody": "people/?q=zzz",
    "local people": "people/local/",
    "local people, by name": "people/local/?q=person+99",
    "local people, nobody": "people/local/?q=zzz",
    "events": "events/",
    "events, page 100": "events/?p=100",
    "events, refused": "events/?kind=refused",
    "events, by name": "events/?person=person+99",
    "events, nobody": "events/?person=zzz",
    "events, file": "events/events.csv",
}
_BATCH = 2000


def fill(environment, people):
    """Give an environment people, roles and events, past the endpoint."""
    now = timezone.now()
    domain = f"env{environment.pk}.example"
    viewer = RoleFactory(environment=environment, value=f"Viewer{environment.pk}")
    for start in range(0, people, _BATCH):
        numbers = range(start, min(start + _BATCH, people))
        _fill_batch(environment, numbers, domain, viewer, now)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
        elif connection.vendor == "sqlite":
            cursor.execute("ANALYZE")


def _fill_batch(environment, numbers, domain, viewer, now):
    model = get_user_model()
    # One in ten has left, and one in a hundred is not from Entra.
    users = model.objects.bulk_create(
        model(
            username=f"person{number}@{domain}",
            email=f"person{number}@{domain}",
            first_name="Person",
            last_name=str(number),
            password="!",
            is_active=number % 10 > 0,
        )
        for number in numbers
    )
    environment.members.add(*users)
    links = []
    for number, user in zip(numbers, users, strict=True):
        if number % 100 == 1:
            continue
        attributes = body(number, domain)
        del attributes["schemas"]
        link = ProvisionedUser(
            environment=environment,
            user=user,
            profile_of=user,
            attributes=attributes,
            active=user.is_active,
            active_received=True,
            role_function="assertive",
            roles_received_at=now,
            created=now + datetime.timedelta(milliseconds=number),
        )
        keys.set_document(link, attributes)
        keys.set_address(link, attributes)
        links.append(link)
    ProvisionedUser.objects.bulk_create(links)
    prepared_writes.insert(
        ProvisionedElement,
        (
            {
                "environment_id": environment.pk,
                "provisioned_user_id": link.pk,
                **element._asdict(),
            }
            for link in links
            for element in compared_strings.elements(link.attributes)
        ),
    )
    RoleAssignment.objects.bulk_create(
        RoleAssignment(
            environment=environment,
            provisioned_user=link,
            value=viewer.value,
            value_key=viewer.value_key,
        )
        for link in links
    )
    ProvisioningEvent.objects.bulk_create(
        ProvisioningEvent(
            environment=environment,
            at=link.created,
            first_at=link.created,
            kind=ProvisioningEvent.Kind.CREATED,
            user=link.user,
            name=link.display_name,
            changes={"roles_added": [viewer.value]},
        )
        for link in links
    )


def set_up(people):
    """Return an environment that is ready to be activated."""
    environment = make_environment(name=f"{people} people")
    fill(environment, people)
    key, _secret = access_keys.create(environment)
    access_keys.note_use(key)
    EntraConnection.objects.create(environment=environment)
    return environment


def measured(client, environment, path, rounds):
    """Return what a page costs the database."""
    url = reverse("admin:entra_tab:set_up", args=[environment.pk]) + path

    def visit():
        response = client.get(url)
        assert response.status_code == 200, response.content

    visit()  # with what only the first visit asks
    return cost_of(visit, rounds)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1000, 100_000])
    parser.add_argument("--environments", nargs="+", help="those of an earlier run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slowest", type=float, help="show statements from so many ms")
    arguments = parser.parse_args()
    settings.DEBUG = False
    call_command("migrate", verbosity=0)
    environments = (
        [environment_named(key) for key in arguments.environments]
        if arguments.environments
        else [set_up(people) for people in arguments.people]
    )
    admin, _made = get_user_model().objects.get_or_create(
        username="benchmark", defaults={"is_superuser": True, "is_staff": True}
    )
    client = Client(headers={"host": "localhost"})
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    print("environments:", *(environment.pk for environment in environments))
    print(f"{'processor, clock':24}", *(f"{one!s:>24}" for one in environments))
    for page, path in PAGES.items():
        found = [measured(client, one, path, arguments.rounds) for one in environments]
        cells = (
            f"{cost.processor:7.0f}, {cost.clock:5.0f} ms {len(cost.statements):3d} st."
            for cost in found
        )
        print(f"{page:24}", *cells)
        for statement in found[-1].slowest:
            if arguments.slowest and statement.processor > arguments.slowest:
                print("   ", round(statement.processor), statement.sql[:600])


if __name__ == "__main__":
    main()
