"""An initial cycle through killed workers and databases ends as a faultless one.

``python -m tests.topologies.killed --people 1500 --workers 30 --databases 4`` needs
PostgreSQL and the extra ``benchmarks``. The workers of the example product are killed
with SIGKILL, and the database is ended without a word to anybody (``-m immediate``).
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "entra_emulator.settings"

import django

django.setup()

from entra_emulator import HttpServer, ProvisioningJob
from tests.benchmarks.cycles import fill
from tests.topologies import servers

MOST_CYCLES = 20
"""Entra tries again at each; by then everybody must be there."""


class Killer:
    """Kills as the cycle goes on, at places that a seed decides."""

    def __init__(self, process, database, workers, databases):
        self._process, self._database = process, database
        self._due = ["worker"] * workers + ["database"] * databases
        random.shuffle(self._due)
        self._number = len(self._due)
        self.killed = Counter()

    def __call__(self, done, total):
        """Kill what is due when so many of all people are done."""
        while self._due and done * (self._number + 1) >= total * (
            self._number - len(self._due) + 1
        ):
            self._kill(self._due.pop())

    def _kill(self, what):
        if what == "database":
            self._database.control("-m", "immediate", "restart")
        elif workers := self._workers():
            os.kill(random.choice(workers), signal.SIGKILL)
        self.killed[what] += 1

    def _workers(self):
        pid = self._process.pid
        for _ in range(100):
            found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            if found:
                return [int(one) for one in found]
            time.sleep(0.1)
        return []


def provision(tenant, app, workers, databases):
    """Run cycles until nobody is left to try again, and return what is there then."""
    with servers.postgresql() as database:
        variables = {
            **os.environ,
            "DEBUG": "0",
            "DATABASE_URL": database.url(),
            "DJANGO_SETTINGS_MODULE": "tests.topologies.settings",
            "TOPOLOGY": "killed",
        }
        facts = servers.within(
            *(variables, "prepare", tenant.id, app.client_id, "a secret"),
        )
        with servers.served(variables) as (process, address):
            path = f"/api/scim/entra/{facts['environment']}/"
            server = HttpServer(address + path, facts["key"])
            job = ProvisioningJob(tenant, app, server, flagged=True, workers=8)
            killer = Killer(process, database, workers, databases)
            reports = [job.run_cycle(killer)]
            while job.escrow or reports[-1].failure:
                if len(reports) == MOST_CYCLES:
                    sys.exit(f"{len(job.escrow)} people are not there yet.")
                reports.append(job.next_cycle(killer))
            job.restart()
            again = job.run_cycle()
            server.close()
        print(
            f"{reports[0].people} people, killed: {dict(killer.killed)}, "
            f"cycles: {len(reports)}, requests: "
            f"{sum((one.requests for one in reports), Counter())}",
            flush=True,
        )
        return servers.within(variables, "state"), again.requests


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1500)
    parser.add_argument("--workers", type=int, default=30)
    parser.add_argument("--databases", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random.seed(options.seed)
    tenant, app = fill(options.people)
    faultless, _ = provision(tenant, app, 0, 0)
    survived, again = provision(tenant, app, options.workers, options.databases)
    for name in faultless.keys() | survived.keys():
        if faultless.get(name) != survived.get(name):
            sys.exit(f"{name}: {survived.get(name)}, and not {faultless.get(name)}")
    if set(again) != {"GET"}:
        sys.exit(f"Entra had to change something again: {again}")
    print("It ended as the faultless one.")


if __name__ == "__main__":
    main()
