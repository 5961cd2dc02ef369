"""The same Entra-shaped work for the example product and for peers, in turns.

``python -m tests.benchmarks.peers --floor floor.py --stock stock.py``: each is a module
that ``python MODULE migrate`` prepares and gunicorn serves as ``application``, with
the bearer key ``secret-token``. A floor is the least that a view can do; stock is
django-scim2 as it comes. Prints the processor's time and the rates of requests as
ratios of one server to another: above 1, the first one is faster. That of the floor to
stock says what a product can reach that writes what ours promises.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

from tests.benchmarks.cycles import manage
from tests.topologies.servers import free_port

ROLES = ("Uploader", "Authorizer", "Viewer")
PAGE = 100


class Server:
    """A product under gunicorn, and the people that this run made there."""

    def __init__(self, name, base, token, environment, module, folder, *, dialect):
        self.name, self._base, self._token = name, base, token
        self.has_roles, self._dialect = dialect == "entra", dialect
        self._environment, self._module, self._folder = environment, module, folder
        self.ids = []

    @contextlib.contextmanager
    def served(self, workers):
        self._port = free_port()
        arguments = ["--workers", str(workers), "--bind", f"127.0.0.1:{self._port}"]
        command = [sys.executable, "-m", "gunicorn", *arguments, self._module]
        with subprocess.Popen(
            command, env=self._environment, cwd=self._folder, stderr=subprocess.DEVNULL
        ) as process:
            try:
                self._process = process
                self._wait()
                yield
            finally:
                process.terminate()

    def _wait(self):
        for _ in range(300):
            with contextlib.suppress(OSError):
                return self.get("/Users?count=1")
            time.sleep(0.1)
        sys.exit(f"{self.name} does not start.")

    def cpu(self):
        """Return the seconds that the processes of the server have computed."""
        task = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        pids = task.read_text().split()
        stats = (Path(f"/proc/{pid}/schedstat").read_text() for pid in pids)
        return sum(int(stat.split()[0]) for stat in stats) / 1e9

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/scim+json",
        }
        with contextlib.closing(connection):
            data = None if body is None else json.dumps(body)
            connection.request(method, self._base + path, data, headers)
            response = connection.getresponse()
            content = response.read()
        assert response.status < 300, (self.name, method, path, content)
        return json.loads(content)

    def get(self, path):
        return self.call("GET", path)

    def patch(self, number, **values):
        op = "Replace" if self._dialect == "entra" else "replace"
        operations = [
            {"op": op, "path": path, "value": value} for path, value in values.items()
        ]
        schema = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
        person = self.ids[number % len(self.ids)]
        body = {"schemas": [schema], "Operations": operations}
        self.call("PATCH", f"/Users/{person}", body)

    # The phases: what one request, or a pair of them, does.

    def initial(self, number):
        assert not self._found(number)
        sent = person(number)
        if self.has_roles:
            sent["roles"] = roles(ROLES[:1])
        self.ids.append(self.call("POST", "/Users", sent)["id"])

    def look_up(self, number):
        assert self._found(number % len(self.ids)) == 1

    def read(self, number):
        self.get(f"/Users/{self.ids[number % len(self.ids)]}")

    def change(self, number):
        given = f"G{random.randrange(10**6)}"
        self.patch(number, **{"name.givenName": given, "active": True})

    def change_roles(self, number):
        self.patch(number, roles=roles(random.sample(ROLES, 2)))

    def page(self, number):
        start = 1 + number * PAGE % (len(self.ids) - PAGE)
        found = self.get(f"/Users?startIndex={start}&count={PAGE}")["Resources"]
        assert len(found) == PAGE

    def _found(self, number):
        name = person(number)["userName"]
        return self.get("/Users?filter=" + quote(f'userName eq "{name}"'))[
            "totalResults"
        ]


PHASES = {
    "look-up + POST": (Server.initial, 1),
    "look-up": (Server.look_up, 1),
    "GET": (Server.read, 1),
    "PATCH": (Server.change, 1),
    "GET of the changed": (Server.read, 1),
    "PATCH roles": (Server.change_roles, 1),
    "page of 100": (Server.page, 4),
}
"""What is done in each phase, and how many times less often than in the others."""


def person(number):
    address = f"person{number:06}@contoso.example"
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "externalId": f"00000000-0000-4000-8000-{number:012}",
        "userName": address,
        "active": True,
        "emails": [{"primary": True, "type": "work", "value": address}],
        "name": {"givenName": "Given", "familyName": f"Family {number}"},
        "meta": {"resourceType": "User"},
    }


def roles(values):
    kind = "WindowsAzureActiveDirectoryRole"
    return [
        {"primary": False, "type": kind, "display": value, "value": value}
        for value in values
    ]


def product(folder):
    """Return the example product with an environment, a key and roles."""
    variables = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder / 'product.sqlite3'}",
        "DEBUG": "0",
    }
    manage(variables, "migrate")
    made = (
        "from example_project.product.models import Environment\n"
        "from django.contrib.auth.models import Group\n"
        "from entra_scim.connection import access_keys\n"
        "from entra_scim.models import EnvironmentRole\n"
        "one = Environment.objects.create(name='Contoso')\n"
        f"for value in {ROLES}:\n"
        "    group = Group.objects.create(name=value)\n"
        "    role = EnvironmentRole(environment=one, value=value, group=group)\n"
        "    role.save()\n"
        "print(one.pk, access_keys.create(one)[1])"
    )
    pk, token = manage(
        variables, "shell", "--verbosity", "0", "--command", made
    ).split()
    base = f"/api/scim/entra/{pk}"
    module = "example_project.wsgi"
    return Server("ours", base, token, variables, module, ".", dialect="entra")


def peer(name, path, folder, **options):
    variables = {
        **os.environ,
        "PYTHONPATH": str(path.parent),
        "FLOOR_DB": str(folder / "floor.sqlite3"),
        "STOCK_DB": str(folder / "stock.sqlite3"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, str(path), "migrate"]
    subprocess.run(command, env=variables, check=True, cwd=folder)
    base = "/scim" if name == "floor" else "/scim/v2"
    module = f"{path.stem}:application"
    return Server(name, base, "secret-token", variables, module, folder, **options)


def measure(servers, options):
    """Return the processor's and the clock's seconds of each phase and server."""
    taken = {(phase, server.name): ([], []) for phase in PHASES for server in servers}
    counters = {phase: itertools.count() for phase in PHASES}
    with ThreadPoolExecutor(options.clients) as clients:
        for round_number in range(options.rounds + 1):
            for phase, (work, rarer) in PHASES.items():
                requests = options.requests // rarer
                if round_number == 0:
                    requests = 3 * PAGE if work is Server.initial else 10
                batch = [next(counters[phase]) for _ in range(requests)]
                turns = servers[round_number % len(servers) :]
                for server in turns + servers[: round_number % len(servers)]:
                    if work is Server.change_roles and not server.has_roles:
                        continue
                    before, started = server.cpu(), time.perf_counter()
                    done = clients.map(lambda n, s=server, w=work: w(s, n), batch)
                    list(done)
                    wall = time.perf_counter() - started
                    if round_number:
                        processor, clock = taken[phase, server.name]
                        processor.append((server.cpu() - before) / requests)
                        clock.append(wall / requests)
    return taken


def report(taken, servers):
    """Print a table of each phase, with ratios of every server to the ones after it.

    Times are those of the fastest round. Ratios are the medians of those of each
    round, in which what else the machine does slows all servers.
    """
    names = [server.name for server in servers]
    pairs = list(itertools.combinations(names, 2))
    columns = "".join(f"{f'{one}/{other}: CPU':>18}{'rate':>6}" for one, other in pairs)
    print(f"{'':20}{'CPU':>9}{'rate':>8}{columns}")
    for phase in PHASES:
        processor, clock = map(min, taken[phase, names[0]])
        line = f"{phase:20}{processor * 1000:6.2f} ms{1 / clock:6.0f}/s"
        for one, other in pairs:
            if not taken[phase, other][0]:
                line += f"{'-':>18}{'-':>6}"
                continue
            mine, theirs = taken[phase, one], taken[phase, other]
            cpu, rate = map(ratio, mine, theirs)
            line += f"{cpu:18.2f}{rate:6.2f}"
        print(line)


def ratio(mine, theirs):
    """Return how many times as fast one server is, by the times of its rounds."""
    return statistics.median(
        other / one for one, other in zip(mine, theirs, strict=True)
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--floor", type=Path, help="module of the floor")
    parser.add_argument("--stock", type=Path, help="module of stock django-scim2")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--requests", type=int, default=60, help="a phase and round")
    parser.add_argument("--workers", type=int, default=2, help="of each server")
    parser.add_argument("--clients", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as running:
        folder = Path(name)
        servers = [product(folder)]
        if options.floor:
            servers.append(
                peer("floor", options.floor.resolve(), folder, dialect="entra")
            )
        if options.stock:
            servers.append(
                peer("stock", options.stock.resolve(), folder, dialect="standard")
            )
        for server in servers:
            running.enter_context(server.served(options.workers))
        report(measure(servers, options), servers)


if __name__ == "__main__":
    main()
