"""Play the story in real products, each from PyPI in an environment of its own.

``python -m tests.real_products [--folder FOLDER] [PRODUCT ...]``, with a FOLDER in which
the environments stay for the next time. It builds the wheel, installs it beside each
product, migrates an empty SQLite database, serves the product and plays.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

from . import story

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PRODUCTS = {"pretix": "pretix", "wagtail": "wagtail", "label_studio": "label-studio"}
"""The folder here of each product, and its name at PyPI."""

_STARTS_WITHIN = 120  # seconds


class Failed(Exception):
    """A step of a product has failed, and its output says why."""


class Place:
    """Where a product lives: its environment, its code and its database."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.folder = folder / name
        self.bin = self.folder / "venv" / "bin"
        # SQLite waits for the disk at each of hundreds of migrations: in memory, if we may.
        memory = Path("/dev/shm")
        above = memory / "real_products" if memory.is_dir() else self.folder / "work"
        self.work = above / name

    @property
    def environment(self) -> dict[str, str]:
        path = [str(self.work)]
        if self.name == "label_studio":
            path += map(str, self.folder.glob("venv/lib/*/site-packages/label_studio"))
        return {
            **{k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")},
            "PYTHONPATH": os.pathsep.join(path),
            "DJANGO_SETTINGS_MODULE": "host.settings",
            "SENTRY_DSN": "",
            "FRONTEND_SENTRY_DSN": "",
            "DATA_DIR": str(self.work / "data"),
            "BASE_DATA_DIR": str(self.work / "data"),
        }

    def run(self, *command: str, send: str = "", warnings: bool = False) -> str:
        """Run a command of the product's environment, and return what it prints.

        With ``warnings``, return what it prints on its error stream too.
        """
        done = subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=self.work,
            env=self.environment,
            input=send,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
            raise Failed(f"{' '.join(command[:4])} fails:\n{last}")
        return done.stdout + (done.stderr if warnings else "")

    def manage(self, *command: str, send: str = "", warnings: bool = False) -> str:
        django = ("python", "-m", "django", *command)
        return self.run(*django, send=send, warnings=warnings)

    def ask(self, expression: str) -> Any:
        """Return what an expression says of the product's people."""
        code = (
            "import django, json; django.setup(); from host import people; "
            f"print('\\n' + json.dumps({expression}))"
        )
        return json.loads(self.run("python", "-c", code).splitlines()[-1])

    def install(self, wheel: Path) -> str:
        """Install the product and the wheel; return the versions that go together."""
        self.work.mkdir(parents=True, exist_ok=True)
        if not self.bin.exists():
            venv.create(self.folder / "venv", with_pip=True)
            self.run("pip", "install", "-q", PRODUCTS[self.name], str(wheel))
        pip = ("pip", "install", "-q", "--no-deps", "--force-reinstall", str(wheel))
        self.run(*pip)
        versions = json.loads(self.run("pip", "list", "--format=json"))
        found = {each["name"].lower(): each["version"] for each in versions}
        name = PRODUCTS[self.name]
        return f"{name} {found[name]}, Django {found['django']}"

    def lay_out(self) -> None:
        """Begin with no database, and the product's settings and policy."""
        shutil.rmtree(self.work)
        (self.work / "data").mkdir(parents=True)
        shutil.copytree(HERE / self.name, self.work / "host")
        if self.name == "wagtail":
            site = str(self.work)
            self.run("wagtail", "start", "site_of_contoso", site)


def play(place: Place, wheel: Path) -> None:
    """Install a product, set it up by commands and play the story.

    Raises:
        Failed: A command fails.
        AssertionError: The story goes otherwise.
    """

    def say(text: str) -> None:
        print(f"    {text}", flush=True)

    say(place.install(wheel))
    place.lay_out()
    place.manage("migrate", "-v0")
    # Django prints the warnings of its checks on the error stream.
    checks = place.manage("check", "--database", "default", warnings=True)
    for line in checks.splitlines():
        if "(entra_scim." in line:
            say(line)
    key = str(place.ask(f"people.prepare({story.PASSWORD!r}).pk"))
    document = {
        "connection": {
            "client_id": "2d7c8f1b-4d63-4a1d-9a4f-6e1bac8d2222",
            "tenant_id": "1c6b7e0a-3c52-4f0c-8f3e-5d0a9b7c1111",
        },
    }
    if place.name != "wagtail":  # There, roles grant the groups that it has.
        document["roles"] = {"Editor": {}, "Viewer": {}}
    place.manage("entra_environment", "apply", key, "-", send=json.dumps(document))
    policy = ("entra_check_policy", key, "--email", "x@contoso.example")
    for line in place.manage(*policy).splitlines():
        say(f"policy: {line}")
    secret = place.manage("entra_access_key", "create", key).split()[-1]
    places = place.ask("[people.LOG_IN, people.INSIDE, people.FIELDS]")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with open(place.work / "server.log", "w") as log:
        server = subprocess.Popen(
            [
                str(place.bin / "python"),
                *("-m", "django", "runserver", "--noreload", f"127.0.0.1:{port}"),
            ],
            cwd=place.work,
            env=place.environment,
            stdout=log,
            stderr=log,
        )
        try:
            _wait(port, server)
            story.play(
                story.Product(
                    server=f"http://localhost:{port}",
                    scim=f"http://localhost:{port}/entra/scim/{key}",
                    key=secret,
                    log_in=places[0],
                    inside=places[1],
                    fields=places[2],
                    held=lambda: place.ask("people.held()"),
                ),
                say,
            )
        finally:
            server.terminate()
            server.wait()


def _wait(port: int, server: subprocess.Popen[Any]) -> None:
    for _second in range(_STARTS_WITHIN):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if server.poll() is not None:
            break
        time.sleep(1)
    raise Failed("The server does not start: see server.log.")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("products", nargs="*", metavar="PRODUCT", help=str([*PRODUCTS]))
    parser.add_argument("--folder", type=Path, help="where environments stay")
    options = parser.parse_args()
    folder = (options.folder or Path(tempfile.mkdtemp())).absolute()
    wheels = folder / "wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", wheels, ROOT],
        check=True,
    )
    [wheel] = wheels.iterdir()
    failed = []
    for name in options.products or PRODUCTS:
        print(name, flush=True)
        try:
            play(Place(folder, name), wheel)
        except (AssertionError, Failed, OSError) as error:
            failed.append(name)
            print(f"    FAILED: {error}", flush=True)
    if options.folder is None:
        shutil.rmtree(folder)
    print("All have played." if not failed else f"Not so: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
