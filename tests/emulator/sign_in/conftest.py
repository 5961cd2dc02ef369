"""An application of the local Entra, and who signs in to it."""

from __future__ import annotations

import pytest


@pytest.fixture
def tenant(local_entra):
    return local_entra.tenant


@pytest.fixture
def person(tenant, app, role):
    """Ann, as Entra knows her."""
    person = tenant.add_person("ann@contoso.example", "Ann Smith")
    app.assign(person, role("Viewer"))
    return person


@pytest.fixture
def user(job, person, ann):
    """Ann's account, once Entra provisioned it."""
    job.run_cycle()
    ann.refresh_from_db()
    return ann
