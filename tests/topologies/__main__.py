"""People come, sign in, change and leave, in each of the surroundings of a product.

``python -m tests.topologies`` plays a local Entra's cycles and sign-ins against the
example product in all of them, or in those that are named. Needs PostgreSQL, PgBouncer
and the extras ``benchmarks`` and ``topologies``.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import sys
import time
from urllib.parse import urlsplit

os.environ["DJANGO_SETTINGS_MODULE"] = "entra_emulator.settings"

import django

django.setup()

from entra_emulator import HttpServer, ProvisioningJob
from entra_emulator.provisioning.logs import Status
from entra_emulator.server import serve
from entra_emulator.site import EmulatorSite
from tests.benchmarks.cycles import fill
from tests.topologies import servers
from tests.topologies.visitor import Visitor

PEOPLE = 30
TOPOLOGIES = (
    "atomic requests",
    "replica",
    "second database",
    "pool",
    "pgbouncer",
    "asgi",
    "asgi with a pool",
)


@contextlib.contextmanager
def databases(topology):
    """Yield the variables that name the databases of a topology."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(servers.postgresql())
        found = {"DATABASE_URL": server.url(), "DIRECT_URL": server.url()}
        if topology == "replica":
            replica = stack.enter_context(
                servers.postgresql(server, recovery_min_apply_delay="2s")
            )
            found["OTHER_DATABASE_URL"] = replica.url()
        elif topology == "second database":
            found["OTHER_DATABASE_URL"] = server.url("template1")
        elif topology == "pgbouncer":
            port = stack.enter_context(servers.bouncer(server))
            found["DATABASE_URL"] = f"postgres://postgres@127.0.0.1:{port}/postgres"
        yield found


def post_in_chunks(address, path, key, body):
    """Send a body whose length is not told before its end."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    text = json.dumps(body).encode()
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/scim+json",
        "Transfer-Encoding": "chunked",
    }
    connection.request(
        "POST", path, iter([text[:10], text[10:]]), headers, encode_chunked=True
    )
    status = connection.getresponse().status
    connection.close()
    return status


def soon(holds):
    """Wait for what a replica is to hear of."""
    for _ in range(100):
        if holds():
            return
        time.sleep(0.1)
    sys.exit("It did not become so.")


def play(topology):
    tenant, app = fill(PEOPLE)
    [viewer] = [role for role in app.app_roles if role.value == "Viewer"]
    site = EmulatorSite()
    identity_provider = site.add(tenant)
    with (
        databases(topology) as urls,
        serve(site) as entra,
    ):
        variables = {
            **os.environ,
            **urls,
            "DJANGO_SETTINGS_MODULE": "tests.topologies.settings",
            "TOPOLOGY": topology.removeprefix("asgi with a "),
            "LOCAL_AUTHORITY": entra.url,
        }
        facts = servers.within(
            *(variables, "prepare", tenant.id, app.client_id),
            tenant.add_secret(app).value,
        )
        environment, key = facts["environment"], facts["key"]
        with servers.served(variables, asgi=topology.startswith("asgi")) as (
            _process,
            address,
        ):
            path = f"/api/scim/entra/{environment}/"
            app.redirect_uris.append(f"{address}/entra/callback/")
            job = ProvisioningJob(
                *(tenant, app, HttpServer(address + path, key)),
                flagged=True,
                workers=8,
            )
            initial = job.run_cycle()
            assert not initial.failure, initial.failure
            assert initial.requests["POST"] == PEOPLE, initial.requests
            failed = [one for one in job.log if one.status == Status.FAILURE]
            assert not failed, [(one, one.exchanges) for one in failed]
            job.restart()
            again = job.run_cycle()
            assert set(again.requests) == {"GET"}, again.requests

            stays, leaves, *_ = tenant.people.values()
            visitors = [
                Visitor(address, identity_provider, person)
                for person in (stays, leaves)
            ]
            for visitor in visitors:
                visitor.sign_in(f"/entra/sign-in/{environment}/")
                soon(lambda visitor=visitor: visitor.is_signed_in)
            app.unassign(leaves)
            app.unassign(stays)
            app.assign(stays, viewer)
            assert not job.next_cycle().failure
            # At once, wherever the product itself reads.
            assert [visitor.is_signed_in for visitor in visitors] == [True, False]

            new = {"userName": "new@contoso.example"}
            assert post_in_chunks(address, f"{path}Users", key, new) == 201
            direct = {**variables, "DATABASE_URL": variables["DIRECT_URL"]}
            servers.within(direct, "end_connections")
            # The first request knows nothing of it.
            test = job.test_connection()
            assert test.status == Status.SUCCESS, test

        expected = {
            f"person{number}@contoso.example": [
                True,
                [("Uploader", "Authorizer", "Viewer")[number % 3]],
            ]
            for number in range(PEOPLE)
        }
        expected["person0@contoso.example"] = [True, ["Viewer"]]
        expected["person1@contoso.example"] = [False, []]
        expected["new@contoso.example"] = [True, []]
        found = servers.within(variables, "people")
        assert found == expected, found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("topologies", nargs="*", default=TOPOLOGIES)
    for topology in parser.parse_args().topologies:
        started = time.monotonic()
        play(topology)
        print(f"{topology}: right, in {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
