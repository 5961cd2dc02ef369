"""An environment as full as the pages of the tab have to bear."""

from __future__ import annotations

import uuid

from django.contrib.auth import get_user_model
from django.utils import timezone

from entra_scim.models import ProvisionedUser, ProvisioningEvent, RoleAssignment
from entra_scim.people import keys
from tests.support.factories import RoleFactory

LONG_NAME = "Maximiliane-Wilhelmine von und zu Hohenlohe-Waldenburg-Schil"
"""Of 60 characters, and hard to break."""


def crowd(environment, people=300, roles=40, events=200):
    """Give an environment people, roles and events with long names."""
    granted = [
        RoleFactory(environment=environment, value=f"{'Regional' * 6}Role{number:02}")
        for number in range(roles)
    ]
    model = get_user_model()
    users = model.objects.bulk_create(
        model(username=_address(number), email=_address(number), password="!")
        for number in range(people)
    )
    environment.members.add(*users)
    held = [
        granted if number == 0 else granted[number % roles :][:2]
        for number in range(people)
    ]
    links = ProvisionedUser.objects.bulk_create(
        _link(environment, number, user, held[number])
        for number, user in enumerate(users)
    )
    RoleAssignment.objects.bulk_create(
        RoleAssignment(
            environment=environment,
            provisioned_user=link,
            value=role.value,
            value_key=role.value_key,
        )
        for number, link in enumerate(links)
        for role in held[number]
    )
    ProvisioningEvent.objects.bulk_create(
        ProvisioningEvent(
            environment=environment,
            kind=ProvisioningEvent.Kind.UPDATED,
            user=links[number % people].user,
            name=links[number % people].display_name,
            changes={"roles_added": [granted[number % roles].value]},
        )
        for number in range(events)
    )
    return links


def _address(number):
    return f"maximiliane-wilhelmine.von.hohenlohe{number:03}@subsidiary.contoso.example"


def _link(environment, number, user, roles):
    attributes = {
        "userName": _address(number),
        "displayName": f"{LONG_NAME[:-4]} {number:03}",
        "externalId": str(uuid.UUID(int=number)),
        "active": True,
        "roles": [{"value": role.value} for role in roles],
        "emails": [{"value": _address(number), "type": "work", "primary": True}],
    }
    link = ProvisionedUser(
        environment=environment,
        user=user,
        profile_of=user,
        attributes=attributes,
        active=True,
        active_received=True,
        role_function="assertive",
        roles_received_at=timezone.now(),
    )
    keys.set_document(link, attributes)
    keys.set_address(link, attributes)
    return link
