"""Entra provisions other servers too: here scim2-server, of other authors."""

from __future__ import annotations

import datetime
import socketserver
import threading
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from scim2_models import ScimPolicy, ScimProvider
from scim2_server.memory import InMemoryStorage
from scim2_server.testserver.application import BearerTokenApplication
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)

from entra_scim.emulator import HttpServer, ProvisioningJob
from entra_scim.emulator.provisioning.logs import ErrorCode, Status
from entra_scim.emulator.provisioning.mappings import DEFAULT_MAPPINGS

from .conftest import PROFILE


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def storage():
    return InMemoryStorage()


@pytest.fixture
def address(storage):
    """The other server's Tenant URL, with the token "secret"."""
    provider = ScimProvider.from_discovery(
        load_default_schemas().values(),
        load_default_resource_types().values(),
        config=load_default_service_provider_config(),
        # Groups come with a schema of Microsoft's own, and without the flag, the
        # value of a removal says which members.
        policy=ScimPolicy(
            unknown=ScimPolicy.Unknown.ignore,
            remove_value_as_filter=ScimPolicy.RemoveValue.apply,
        ),
    )
    application = BearerTokenApplication(storage, provider, bearer_tokens=["secret"])
    with make_server(
        "127.0.0.1", 0, application, server_class=_Server, handler_class=_Quiet
    ) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v2"
        server.shutdown()
        thread.join()


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
        HttpServer(address, "secret"),
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
        HttpServer(address, "secret"),
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

    tenant.delete_group(sales)
    job.next_cycle()
    assert groups() == {}
    assert {entry.status for entry in job.log} == {Status.SUCCESS}


def test_a_wrong_token_is_recognised_there_too(tenant, app, address):
    """By the same name in the log, and the job goes into quarantine."""
    job = ProvisioningJob(tenant, app, HttpServer(address, "wrong"))

    job.run_cycle()

    assert job.log[-1].error_code == ErrorCode.CREDENTIALS
    assert job.quarantine is not None
