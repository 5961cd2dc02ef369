"""Whatever fails, the next run completes what is missing."""

from __future__ import annotations

import os

import pytest

from entra_emulator.graph.tokens import Permission
from entra_scim.connection import access_keys
from entra_scim.kit.program.graph import NO_ANSWER, Refusal
from entra_scim.kit.program.run import Stop
from entra_scim.kit.program.steps import walk
from tests.kit.graph import Console, InProcess, Stopped
from tests.support.kit_run import application_of, check, new_entra, settled

pytestmark = pytest.mark.django_db(transaction=True)


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
