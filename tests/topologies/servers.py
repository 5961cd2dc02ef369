"""Servers of databases, and of the example product, for as long as they are needed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.cycles import wait_for

BOUNCER = """
[databases]
* = host=127.0.0.1 port={server} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 4
logfile = {folder}/bouncer.log
pidfile = {folder}/bouncer.pid
"""


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def as_server(*command, **options):
    """Run a command as an account that may run a server: root may not."""
    if os.getuid() == 0:
        command = ["setpriv", "--reuid=postgres", "--clear-groups", *command]
    return subprocess.run(
        [*map(str, command)], check=True, stdout=subprocess.DEVNULL, **options
    )


@contextlib.contextmanager
def folder():
    path = Path(tempfile.mkdtemp())
    if os.getuid() == 0:
        shutil.chown(path, "postgres")
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class PostgreSql:
    """A server of PostgreSQL with its data in a folder."""

    def __init__(self, path):
        self._path, self.port = path, free_port()
        installed = Path("/usr/lib/postgresql").glob("*/bin")
        self._bin = max(installed, key=lambda found: int(found.parent.name))

    def make(self):
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        as_server(self._bin / "initdb", "-D", self._path / "data", *options)

    def copy_of(self, primary):
        """Begin as a replica of another server."""
        url = f"host=127.0.0.1 port={primary.port} user=postgres"
        as_server(
            *(self._bin / "pg_basebackup", "-D", self._path / "data", "-R"),
            *("-d", url, "-c", "fast"),
        )

    def control(self, *arguments, **settings):
        values = {
            "port": self.port,
            "unix_socket_directories": self._path,
            "listen_addresses": "127.0.0.1",
            "max_connections": 200,
            "fsync": "off",
            **settings,
        }
        options = " ".join(f"-c {name}={value}" for name, value in values.items())
        as_server(
            *(self._bin / "pg_ctl", "-D", self._path / "data", "-w"),
            *("-l", self._path / "log", "-o", options, *arguments),
        )

    def url(self, database="postgres"):
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"


@contextlib.contextmanager
def postgresql(replica_of=None, **settings):
    with folder() as path:
        server = PostgreSql(path)
        if replica_of is None:
            server.make()
        else:
            server.copy_of(replica_of)
        server.control("start", **settings)
        try:
            yield server
        finally:
            server.control("-m", "immediate", "stop")


@contextlib.contextmanager
def bouncer(server):
    """Put PgBouncer in transaction mode before a server, and yield its port."""
    port = free_port()
    with folder() as path:
        (path / "users").write_text('"postgres" ""\n')
        text = BOUNCER.format(server=server.port, port=port, folder=path)
        (path / "bouncer.ini").write_text(text)
        executable = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
        as_server(executable, "-q", "-d", path / "bouncer.ini")
        try:
            yield port
        finally:
            os.kill(int((path / "bouncer.pid").read_text()), 15)


def within(variables, *command):
    """Do something within the example product, and return its result."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.topologies.product", *map(str, command)],
        env=variables,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


@contextlib.contextmanager
def served(variables, *, asgi=False):
    """Serve the example product with threads, and yield its process and address."""
    port = free_port()
    command = (
        ["uvicorn", "--port", str(port), "example_project.asgi:application"]
        if asgi
        else [
            *("gunicorn", "--workers", "2", "--threads", "4"),
            *("--bind", f"127.0.0.1:{port}", "example_project.wsgi"),
        ]
    )
    with (
        tempfile.TemporaryFile() as output,
        subprocess.Popen(
            [sys.executable, "-m", *command],
            env=variables,
            stdout=output,
            stderr=output,
        ) as process,
    ):
        try:
            wait_for(f"http://127.0.0.1:{port}")
            yield process, f"http://127.0.0.1:{port}"
        except BaseException:
            output.seek(0)
            sys.stderr.write(output.read()[-6000:].decode())
            raise
        finally:
            process.terminate()
