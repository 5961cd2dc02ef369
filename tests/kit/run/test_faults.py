"""What is missing is named, and the next run completes it."""

from __future__ import annotations

import pytest

from entra_emulator.graph.tokens import Permission
from entra_scim.connection import access_keys
from entra_scim.kit.program.run import Stop
from entra_scim.kit.program.steps import walk
from tests.kit.graph import InProcess
from tests.support.kit_run import application_of, check, settled

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
