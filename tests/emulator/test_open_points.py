"""Whichever side of an open point is true, the product ends in the same state."""

from __future__ import annotations

import dataclasses
import enum
import typing

import pytest

from entra_emulator import ProvisioningJob
from entra_emulator.provisioning.logs import Status
from entra_emulator.provisioning.open_points import OpenPoints
from entra_scim.models import ProvisionedUser

DEFAULTS = OpenPoints()
TYPES = typing.get_type_hints(OpenPoints)


def _choices():
    for field in dataclasses.fields(OpenPoints):
        kind = TYPES[field.name]
        for choice in kind if issubclass(kind, enum.Enum) else (True, False):
            if choice != getattr(DEFAULTS, field.name):
                yield pytest.param({field.name: choice}, id=f"{field.name}-{choice}")


def people():
    return {
        person.user.email: (
            person.active,
            sorted(person.user.groups.values_list("name", flat=True)),
        )
        for person in ProvisionedUser.objects.select_related("user")
    }


@pytest.mark.parametrize("flagged", [False, True], ids=["unflagged", "flagged"])
@pytest.mark.parametrize("choice", list(_choices()))
def test_each_choice_ends_the_same(tenant, app, server, role, roles, choice, flagged):
    points = OpenPoints(**choice)
    job = ProvisioningJob(tenant, app, server, flagged=flagged, points=points)
    boss = tenant.add_person("boss@contoso.example", "Beth Boss")
    ann = tenant.add_person("ann@contoso.example", "Ann Smith", manager=boss)
    bob = tenant.add_person("bob@contoso.example", "Bob Jones")
    for person in (boss, ann, bob):
        app.assign(person, role("Viewer"))
    app.assign(bob)
    app.assign(tenant.add_group("Sales", [ann]), role("Viewer"))
    job.run_cycle()

    app.assign(ann, role("Uploader"))
    app.unassign(boss)
    job.next_cycle()
    app.assign(boss, role("Authorizer"))
    job.next_cycle()
    job.next_cycle()

    group = {value: one.group.name for value, one in roles.items()}
    assert people() == {
        "ann@contoso.example": (True, sorted([group["Uploader"], group["Viewer"]])),
        "bob@contoso.example": (True, [group["Viewer"]]),
        "boss@contoso.example": (True, [group["Authorizer"]]),
    }
    assert {entry.status for entry in job.log} == {Status.SUCCESS}
    job.restart()
    assert set(job.next_cycle().requests) == {"GET"}
