"""Cycles of a large tenant against the example product, over HTTP.

``python -m tests.benchmarks.cycles --people 10000``: an initial cycle at whatever
speed the server allows, the next one, and one that looks at everybody again, which
must not send a single change. The exit code is 1 if it does.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tqdm import tqdm

from entra_emulator import HttpServer, ProvisioningJob, Tenant

ENVIRONMENT = 1234


def manage(variables, *arguments):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=variables,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


@contextlib.contextmanager
def served(variables):
    """Serve the example product, and yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["--workers", "2", "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *arguments, "example_project.wsgi"],
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address)
            yield address
        finally:
            server.terminate()


def wait_for(address):
    for _ in range(600):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{address}/login/", timeout=5).close()
            return
        time.sleep(0.1)
    sys.exit("The example product does not start.")


def fill(people):
    tenant = Tenant()
    app = tenant.add_application("Product")
    roles = [app.add_role(value) for value in ("Uploader", "Authorizer", "Viewer")]
    boss = None
    for number in range(people):
        person = tenant.add_person(
            f"person{number}@contoso.example",
            f"Person {number}",
            manager=boss,
            profile={"jobTitle": "Clerk", "city": "Gent", "mobile": f"+32 {number}"},
        )
        app.assign(person, roles[number % 3])
        boss = boss or person
    return tenant, app


def run(name, cycle):
    """Run a cycle, tell what it cost, and return its report."""
    started = time.monotonic()
    with tqdm(desc=name, unit=" people", leave=False, disable=None) as bar:

        def progress(done, total):
            bar.total = total
            bar.update(done - bar.n)

        report = cycle(progress)
    seconds = time.monotonic() - started
    requests = sum(report.requests.values())
    methods = ", ".join(f"{n} {method}" for method, n in report.requests.items())
    print(
        f"{name}: {report.people} people, {seconds:.1f} s, "
        f"{requests / seconds:.0f} requests a second ({methods})"
    )
    if report.failure:
        sys.exit(report.failure)
    return report


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{Path(folder) / 'cycles.sqlite3'}"
        variables = {"DATABASE_URL": database, **os.environ, "DEBUG": "0"}
        manage(variables, "migrate")
        manage(variables, "sample_data")
        key = manage(variables, "entra_access_key", "create", str(ENVIRONMENT))
        tenant, app = fill(options.people)
        with served(variables) as address:
            url = f"{address}/api/scim/entra/{ENVIRONMENT}/?aadOptscim062020"
            job = ProvisioningJob(
                tenant,
                app,
                HttpServer(url, key),
                flagged=True,
                workers=options.workers,
            )
            initial = run("Initial cycle", job.run_cycle)
            run("Next cycle", job.next_cycle)
            job.restart()
            again = run("Everybody again", job.run_cycle)
    if initial.requests["POST"] != options.people or set(again.requests) != {"GET"}:
        sys.exit("Something that the server answers differs from what Entra sends.")


if __name__ == "__main__":
    main()
