"""After an older state of the database is restored, access is what Entra says again.

What the guide for administrators tells to do is done here: provisioning is restarted.
"""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse

from entra_emulator import ProvisioningJob
from entra_scim.connection import access_keys
from entra_scim.testing import DjangoServer

pytestmark = pytest.mark.django_db


def access():
    """Tell who may come in, with which groups."""
    people = get_user_model().objects.filter(is_active=True)
    return {
        person.email.partition("@")[0]: {group.name for group in person.groups.all()}
        for person in people.filter(email__endswith="@contoso.example")
    }


@pytest.fixture
def job(local_entra, contoso, roles):
    tenant = local_entra.tenant
    application = tenant.add_application("Product")
    _key, secret = access_keys.create(contoso)
    path = reverse("entra_scim:base", kwargs={"environment_id": contoso.pk})
    return ProvisioningJob(tenant, application, DjangoServer(path, secret))


def test_a_restored_database(job):
    """Entra looks at everybody who is assigned, and at nobody who was unassigned."""
    tenant, application = job.tenant, job.application
    viewer, uploader = (application.add_role(name) for name in ("Viewer", "Uploader"))
    ann, ben, dan, eve = (
        tenant.add_person(f"{name}@contoso.example", name.title())
        for name in ("ann", "ben", "dan", "eve")
    )
    for person in (ann, ben, dan):
        application.assign(person, viewer)
    assert not job.run_cycle().failure
    backup = transaction.savepoint()
    application.unassign(ann)
    tenant.disable(ben)
    application.unassign(dan)
    application.assign(dan, uploader)
    application.assign(eve, viewer)
    job.next_cycle()
    right = {"dan": {"Uploader"}, "eve": {"Viewer"}}
    assert access() == right

    transaction.savepoint_rollback(backup)
    job.next_cycle()
    assert access() == {name: {"Viewer"} for name in ("ann", "ben", "dan")}

    job.restart()
    job.run_cycle()
    assert access() == {"ann": {"Viewer"}, "dan": {"Uploader"}}
    job.restart()  # Entra knows by now that Eve's ID is not there
    job.run_cycle()

    assert access() == {"ann": {"Viewer"}, **right}
