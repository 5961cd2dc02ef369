"""The kit against the local Entra's Graph, and the people who arrive then."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from entra_emulator import Tenant
from entra_emulator.graph.tokens import Permission, issue
from entra_emulator.provisioning.roles import RoleFunction
from entra_emulator.provisioning_site import ProvisioningSite
from entra_emulator.server import serve
from entra_scim.connection import access_keys
from entra_scim.kit import shell
from entra_scim.kit.environments import wanted_of
from entra_scim.kit.plan import plan
from entra_scim.kit.program.graph import NO_ANSWER, Refusal
from entra_scim.kit.program.run import Stop
from entra_scim.kit.program.steps import walk
from entra_scim.models import ProvisionedUser

from .graph import Console, InProcess, Stopped, request

pytestmark = pytest.mark.django_db(transaction=True)

AZURE = os.environ.get("AZ")
"""Azure's command line, if it is to be tried: it takes a second for each request."""
STAND_IN = Path(__file__).with_name("az.py")


def new_entra(keys):
    return ProvisioningSite([Tenant("Contoso")], keys=keys)


@pytest.fixture
def local(entra_signing_keys):
    """A local Entra with an empty tenant."""
    entra = new_entra(entra_signing_keys)
    yield entra
    for run in entra.runs.values():
        run.join()


@pytest.fixture
def made(live_server, contoso, roles):
    """The plan of Contoso's environment, of a product that runs."""
    return plan(wanted_of(contoso, lambda path: f"{live_server.url}{path}"))


@pytest.fixture
def key(contoso):
    _key, secret = access_keys.create(contoso)
    return secret


@pytest.fixture
def console(made, key):
    return Console(made, key)


def settled(entra):
    """Wait for the cycle that a start began."""
    for run in entra.runs.values():
        run.join()


def application_of(entra):
    (application,) = entra.tenants[0].applications
    return application


def check(console, entra):
    """Return the differences that --check finds."""
    transport = InProcess(entra)
    run = console.run(transport, check=True)
    walk(run)
    assert transport.written == []
    return run.differences


def test_from_nothing_to_people_who_arrive(console, local, contoso):
    """One run sets up all, and the next finds nothing to change."""
    walk(console.run(InProcess(local)))

    settled(local)
    application = application_of(local)
    job = local.jobs[application]
    assert application.redirect_uris == [console.plan["application"]["redirectUri"]]
    assert application.logout_url == console.plan["application"]["logoutUrl"]
    assert application.has_consent
    assert application.optional_claims == {"sid", "auth_time"}
    assert job.is_started
    assert not job.with_groups
    assert job.deletion_threshold == 50
    rows = {row.target: row for row in job.mappings}
    assert len(rows) == 23
    assert rows["externalId"].source == "objectId"
    assert rows["roles"].role_function is RoleFunction.ASSERTIVE
    assert console.secrets[0][0] == application.secrets[0].value
    # The portal's first provisioning, and what the product makes of it.
    ann = local.tenants[0].add_person("ann@contoso.example", "Ann Smith")
    role = next(r for r in application.app_roles if r.value == "Viewer")
    application.assign(ann, role)
    job.next_cycle()
    person = ProvisionedUser.objects.for_environment(contoso).get()
    assert person.attributes["externalId"] == ann.object_id
    assert person.user.groups.count() == 1

    again = InProcess(local)
    second = console.run(again)
    walk(second)
    assert again.written == []
    assert second.differences == []
    assert console.asked == 1
    assert check(console, local) == []


def test_check_tells_of_all_and_changes_nothing(console, local):
    differences = check(console, local)

    assert local.tenants[0].applications == []
    assert differences[0].startswith("Enterprise applications: make")
    assert "Attribute mapping" in differences


def test_check_finds_what_somebody_changed(console, local):
    """In Entra's portal, after the kit."""
    walk(console.run(InProcess(local)))
    settled(local)
    application = application_of(local)
    job = local.jobs[application]
    job.with_groups = True
    job.mappings = [row for row in job.mappings if row.target != "roles"]
    application.assignment_required = False
    application.redirect_uris.append("https://other.example/")
    application.redirect_uris.pop(0)

    differences = check(console, local)

    assert [one.partition(":")[0] for one in differences] == [
        "Redirect URIs",
        "Properties",
        "Mapping",
        "Group",
    ]
    walk(console.run(InProcess(local)))
    assert check(console, local) == []
    assert "https://other.example/" in application.redirect_uris
    assert len(console.kept) == 2  # the schemas before each change


def test_an_application_made_by_hand_is_adopted_on_request_only(console, local):
    """Never a second one of the name, and never somebody else's."""
    by_hand = local.tenants[0].add_application(console.plan["name"])

    with pytest.raises(Stop, match="--app-id"):
        walk(console.run(InProcess(local)))
    assert local.tenants[0].applications == [by_hand]

    walk(console.run(InProcess(local), app_id=by_hand.client_id))
    settled(local)
    assert local.tenants[0].applications == [by_hand]
    assert by_hand in local.jobs

    # From now on it is known by its roles.
    again = InProcess(local)
    walk(console.run(again))
    assert again.written == []


def test_another_environments_application_is_refused(console, local):
    """Whose front-channel logout URL it has."""
    other = local.tenants[0].add_application("Other")
    other.logout_url = "https://product.example/entra/signed-out/1235/"

    with pytest.raises(Stop, match="belongs to something else"):
        walk(console.run(InProcess(local), app_id=other.client_id))

    assert other.redirect_uris == []


def test_the_connected_directory_is_the_only_one(console, local):
    """Signed in elsewhere, nothing is made there."""
    application = local.tenants[0].add_application("Product")
    console.plan["clientId"] = application.client_id
    console.plan["tenantId"] = "5c0f9d2c-6a4a-4f7e-8a5b-0f6b7a1f2d3e"

    with pytest.raises(Stop, match="az login --tenant 5c0f9d2c"):
        walk(console.run(InProcess(local)))
    console.plan["clientId"] = "0b0b9d2c-6a4a-4f7e-8a5b-0f6b7a1f2d3e"
    with pytest.raises(Stop, match="has no application 0b0b9d2c"):
        walk(console.run(InProcess(local)))


def test_a_wrong_key_is_saved_nowhere(console, local):
    """A job with it would be in quarantine at once."""
    console.key = "entra_scim_wrong"

    with pytest.raises(Stop, match="could not reach"):
        walk(console.run(InProcess(local)))

    assert local.jobs == {}
    assert local.connections[application_of(local)].secret_token == ""


def test_a_new_application_may_be_unknown_for_a_while(console, local):
    """Entra's parts learn of it one after another."""
    local.graph_lag = 3

    walk(console.run(InProcess(local)))

    settled(local)
    assert len([line for line in console.said if "again in" in line]) == 3
    assert check(console, local) == []


NEEDED = {
    Permission.WRITE_APPLICATIONS: "Application.ReadWrite.All",
    Permission.WRITE_SYNCHRONIZATION: "Synchronization.ReadWrite.All",
}


@pytest.mark.parametrize("missing", NEEDED, ids=NEEDED.get)
def test_a_missing_permission_is_named(console, local, missing):
    permissions = set(Permission) - {missing}

    with pytest.raises(Stop, match=NEEDED[missing]):
        walk(console.run(InProcess(local, permissions)))

    walk(console.run(InProcess(local)))
    settled(local)
    assert check(console, local) == []


def test_who_may_not_consent_is_told_who_may(console, local):
    """The rest is done, and the address is that of Entra's page."""
    run = console.run(InProcess(local, set(Permission) - {Permission.WRITE_GRANTS}))

    walk(run)

    settled(local)
    application = application_of(local)
    assert not application.has_consent
    assert (
        f"https://login.microsoftonline.com/{local.tenants[0].id}/adminconsent"
        f"?client_id={application.client_id}"
    ) in console.said[-1]


def lost(number):
    """Let the answer to a request be lost, after it was done."""

    def fault(current, send):
        answer = send()
        if current == number:
            raise Refusal(NO_ANSWER, "no answer")
        return answer

    return fault


def stopped(number):
    """Let a run end before a request."""

    def fault(current, send):
        if current == number:
            raise Stopped
        return send()

    return fault


def busy(number):
    """Let Graph be too busy for a request."""

    def fault(current, send):
        if current == number:
            raise Refusal(429, "TooManyRequests")
        return send()

    return fault


APART = int(os.environ.get("FAULTS_APART", "9"))
"""How far apart the requests are that fail; a search for faults sets 1."""


@pytest.mark.parametrize(
    ("fault", "first"),
    [(lost, 1), (stopped, 3), (busy, 6)],
    ids=["lost", "stopped", "busy"],
)
def test_whatever_happens_the_next_run_completes(
    made, key, entra_signing_keys, fault, first
):
    """One application, one job, and no difference left."""
    number = first % APART
    while True:
        entra = new_entra(entra_signing_keys)
        console = Console(made, key)
        transport = InProcess(entra, fault=fault(number))
        try:
            walk(console.run(transport))
        except (Stop, Stopped):
            walk(console.run(InProcess(entra)))
        settled(entra)
        assert check(console, entra) == [], transport.sent
        application_of(entra)
        if number >= len(transport.sent):
            break
        number += APART
    assert number > 15


def test_a_quarantined_job_is_restarted_with_a_new_key(console, local, contoso):
    """Once the old key was revoked."""
    walk(console.run(InProcess(local)))
    settled(local)
    application = application_of(local)
    for old in access_keys.AccessKey.objects.all():
        access_keys.revoke(old)
    local.jobs[application].next_cycle()
    with pytest.raises(Stop, match="quarantine"):
        walk(console.run(InProcess(local)))

    _key, console.key = access_keys.create(contoso)
    walk(console.run(InProcess(local), new_key=True))

    settled(local)
    assert local.jobs[application].quarantine is None


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
