"""Entra provisions other servers too: here scim2-server, of other authors."""

from __future__ import annotations

import datetime
import socketserver
import threading
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from scim2_models import ScimProvider
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


def test_a_wrong_token_is_recognised_there_too(tenant, app, address):
    """By the same name in the log, and the job goes into quarantine."""
    job = ProvisioningJob(tenant, app, HttpServer(address, "wrong"))

    job.run_cycle()

    assert job.log[-1].error_code == ErrorCode.CREDENTIALS
    assert job.quarantine is not None
