"""The script that carries the program."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from entra_emulator.graph.tokens import Permission, issue
from entra_emulator.server import serve
from entra_scim.kit import shell
from entra_scim.kit.program.steps import walk
from tests.kit.graph import InProcess, request
from tests.support.kit_run import application_of, settled

pytestmark = pytest.mark.django_db(transaction=True)


AZURE = os.environ.get("AZ")
"""Azure's command line, if it is to be tried: it takes a second for each request."""


STAND_IN = Path(__file__).parent.with_name("az.py")


@pytest.fixture
def script(made, key, local, tmp_path):
    """Run the script with Azure's command line, or with what stands in for it."""
    if not shutil.which("bash"):
        pytest.skip("There is no bash here.")
    az = tmp_path / "az"
    if AZURE:
        az.symlink_to(AZURE)
    else:
        az.write_text(f"#!{sys.executable} -IS\n{STAND_IN.read_text('utf-8')}", "utf-8")
        az.chmod(az.stat().st_mode | stat.S_IXUSR)
    token = issue(local.keys, local.tenants[0].id, tuple(Permission))
    environment = {
        **os.environ,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "ENTRA_KIT_ACCESS_KEY": key,
        "ENTRA_KIT_TOKEN": token,
        "ENTRA_KIT_FOLDER": str(tmp_path / "kept"),
        "ENTRA_KIT_PAUSE": "0.01",
    }
    with serve(local) as server:
        path = tmp_path / "entra-1.sh"
        plan_there = {**made, "graph": f"{server.url}/graph"}
        path.write_text(shell.script(plan_there, path.name), "utf-8")
        yield lambda *arguments: subprocess.run(
            ["bash", str(path), *arguments],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=environment,
        )


def test_the_script_reads_and_writes_and_reports(script, console, local):
    """What is left to do, of what was set up but for the consent."""
    walk(console.run(InProcess(local, set(Permission) - {Permission.WRITE_GRANTS})))
    settled(local)
    application = application_of(local)

    done = script()

    assert (done.returncode, done.stderr) == (0, "")
    assert application.has_consent
    assert application.client_id in done.stdout
    assert local.tenants[0].id in done.stdout
    assert console.key not in done.stdout


def test_the_script_says_what_graph_refused(script, made, local):
    """In the words of Graph, and with the exit code that the documentation names."""
    other = local.tenants[0].add_application(made["name"])

    done = script("--check", "--app-id", "0b0b9d2c-6a4a-4f7e-8a5b-0f6b7a1f2d3e")
    unsure = script("--check")

    assert (done.returncode, unsure.returncode) == (2, 2)
    assert "has no application 0b0b9d2c" in done.stderr
    assert other.client_id in unsure.stderr


@pytest.mark.skipif(not AZURE, reason="AZ names no command line of Azure's.")
def test_azures_command_line_does_the_same(script, made, local, tmp_path):
    """From nothing to a job that runs, and a check that finds no difference."""
    first = script()
    settled(local)
    checked = script("--check")

    application = application_of(local)
    assert (first.returncode, first.stderr) == (0, "")
    assert application.secrets[0].value in first.stdout
    assert application in local.jobs
    assert checked.returncode == 0, checked.stdout
    assert "No differences" in checked.stdout
    (folder,) = (tmp_path / "kept").iterdir()
    kept = json.loads((folder / "schema-1.json").read_text("utf-8"))
    assert kept["@odata.type"] == "#microsoft.graph.synchronizationSchema"


def test_graph_asks_for_a_token(local):
    status, document = request(local, None, "GET", "/applications")

    assert status == 401
    assert document["error"]["code"] == "InvalidAuthenticationToken"
