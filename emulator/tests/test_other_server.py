"""Entra provisions other servers too: here scim2-server, of other authors."""

from __future__ import annotations

import datetime
import json

import pytest

from entra_emulator import HttpServer, ProvisioningJob
from entra_emulator.provisioning.logs import ErrorCode, Status
from entra_emulator.provisioning.mappings import DEFAULT_MAPPINGS
from entra_emulator.provisioning.open_points import OpenPoints
from entra_emulator.provisioning.servers import MEDIA_TYPE, Answer
from support.other_server import TOKEN
from support.people import PROFILE

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


@pytest.mark.parametrize("flagged", [False, True], ids=["unflagged", "flagged"])
def test_cycles_drive_another_server(tenant, app, storage, address, flagged):
    """People join, change and leave; in the dialect that the server takes."""
    boss = tenant.add_person("boss@contoso.com", "Beth Boss", profile=PROFILE)
    ann = tenant.add_person("ann@contoso.com", "Ann Smith", manager=boss)
    for person in (boss, ann):
        app.assign(person)
    job = ProvisioningJob(
        tenant,
        app,
        HttpServer(address, TOKEN),
        flagged=flagged,
        mappings=DEFAULT_MAPPINGS,
    )
    job.run_cycle()
    tenant.change_person(ann, {"jobTitle": "Clerk", "surname": "Jones"})
    app.unassign(boss)
    job.next_cycle()

    assert {entry.status for entry in job.log} == {Status.SUCCESS}
    found = {resource.user_name: resource for resource in storage.resources}
    assert found.keys() == {"ann@contoso.com", "boss@contoso.com"}
    assert found["ann@contoso.com"].title == "Clerk"
    assert found["ann@contoso.com"].name.family_name == "Jones"
    assert found["boss@contoso.com"].active is False
    assert job.links[boss].id in found["ann@contoso.com"].model_dump_json()

    job.restart()
    assert set(job.next_cycle().requests) == {"GET"}

    tenant.delete(ann)
    tenant.clock.advance(datetime.timedelta(days=31))
    job.run_cycle()
    assert [resource.user_name for resource in storage.resources] == [
        "boss@contoso.com"
    ]


@pytest.mark.parametrize("flagged", [False, True], ids=["unflagged", "flagged"])
def test_groups_follow_too(tenant, app, storage, address, flagged):
    """Assigned ones, with their direct members who are provisioned themselves."""
    ann, bob, una = (
        tenant.add_person(f"{name}@contoso.com", name) for name in ("Ann", "Bob", "Una")
    )
    sales = tenant.add_group("Sales", [ann, bob])
    tenant.add_group("Not assigned", [una])
    app.assign(sales)
    job = ProvisioningJob(
        tenant,
        app,
        HttpServer(address, TOKEN),
        flagged=flagged,
        mappings=DEFAULT_MAPPINGS,
        with_groups=True,
    )

    def groups():
        return {
            resource.display_name: {member.value for member in resource.members or ()}
            for resource in storage.resources
            if resource.schemas[0].endswith("Group")
        }

    job.run_cycle()
    assert {entry.status for entry in job.log} == {Status.SUCCESS}
    assert groups() == {"Sales": {job.links[ann].id, job.links[bob].id}}

    tenant.remove_member(sales, ann)
    sales.display_name = "Sellers"
    job.next_cycle()
    assert groups() == {"Sellers": {job.links[bob].id}}

    assert job.next_cycle().requests == {"GET": 2}

    job.restart()
    job.next_cycle()
    looked_at = next(e for e in reversed(job.log) if e.name == "Sellers").exchanges[0]
    group_id = job.group_links[sales].id
    assert looked_at.path == f"/Groups/{group_id}?excludedAttributes=members"

    tenant.delete_group(sales)
    job.next_cycle()
    assert groups() == {}
    assert {entry.status for entry in job.log} == {Status.SUCCESS}


@pytest.mark.parametrize("flagged", [False, True], ids=["unflagged", "flagged"])
def test_a_group_that_is_there_is_taken_over(tenant, app, storage, address, flagged):
    """By its name; what differs is replaced."""
    server = HttpServer(address, TOKEN)
    group = {"schemas": [GROUP], "displayName": "Sales", "externalId": "other"}
    server.send("POST", "/Groups", group)
    sales = tenant.add_group("Sales")
    app.assign(sales)
    job = ProvisioningJob(tenant, app, server, flagged=flagged, with_groups=True)

    job.run_cycle()

    [taken_over] = storage.resources
    assert taken_over.external_id == sales.object_id
    assert job.log[-1].modified == ("externalId",)


def test_a_group_that_was_lost_waits_for_a_restart(tenant, app, storage, address):
    server = HttpServer(address, TOKEN)
    sales = tenant.add_group("Sales")
    app.assign(sales)
    job = ProvisioningJob(tenant, app, server, with_groups=True)
    job.run_cycle()
    server.send("DELETE", f"/Groups/{job.group_links[sales].id}")
    sales.display_name = "Sellers"
    job.next_cycle()
    assert job.log[-1].error_code == ErrorCode.INVALID_ANCHOR

    job.restart()
    job.next_cycle()

    assert [group.display_name for group in storage.resources] == ["Sellers"]


def test_members_that_nobody_asked_for_are_an_error(tenant, app):
    """``excludedAttributes`` says so."""

    class Careless:
        def send(self, method, path, body=None):
            found = {"id": "1", "totalResults": 0, "Resources": [], "members": []}
            status = 201 if method == "POST" else 200
            return Answer(
                status=status, media_type=MEDIA_TYPE, body=json.dumps(found).encode()
            )

    sales = tenant.add_group("Sales")
    app.assign(sales)
    job = ProvisioningJob(tenant, app, Careless(), with_groups=True)
    job.run_cycle()
    sales.display_name = "Sellers"

    job.next_cycle()

    assert job.log[-1].error_code == ErrorCode.MULTIPLE_ENTRIES


def test_members_may_be_asked_for_first(tenant, app, address):
    """By a filter on both IDs, as Entra's old client did."""
    ann = tenant.add_person("ann@contoso.com", "Ann")
    app.assign(tenant.add_group("Sales", [ann]))
    job = ProvisioningJob(
        tenant,
        app,
        HttpServer(address, TOKEN),
        with_groups=True,
        points=OpenPoints(checks_references=True),
    )

    job.run_cycle()

    paths = [exchange.path for exchange in job.log[-1].exchanges]
    [group] = job.group_links.values()
    assert (
        f"/Groups?filter=id+eq+{group.id}+and+members+eq+{job.links[ann].id}"
        "&attributes=id"
    ) in paths


def test_a_wrong_token_is_recognised_there_too(tenant, app, address):
    """By the same name in the log, and the job goes into quarantine."""
    job = ProvisioningJob(tenant, app, HttpServer(address, "wrong"))

    job.run_cycle()

    assert job.log[-1].error_code == ErrorCode.CREDENTIALS
    assert job.quarantine is not None
