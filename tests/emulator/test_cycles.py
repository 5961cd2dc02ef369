from __future__ import annotations

import pytest
from django.urls import reverse

from entra_scim import access_keys
from entra_scim.emulator import ProvisioningJob, Tenant
from entra_scim.emulator.provisioning.django_server import DjangoServer
from entra_scim.emulator.provisioning.logs import Status
from entra_scim.emulator.provisioning.mappings import (
    DEFAULT_MAPPINGS,
    advised,
    role_mapping,
)
from entra_scim.emulator.provisioning.roles import RoleFunction
from entra_scim.models import ProvisionedUser


@pytest.fixture
def server(contoso):
    _key, secret = access_keys.create(contoso)
    return DjangoServer(
        reverse("entra_scim:base", kwargs={"environment_id": contoso.pk}), secret
    )


@pytest.fixture
def tenant():
    return Tenant()


@pytest.fixture
def app(tenant):
    return tenant.add_application("Product")


FULL = {
    "jobTitle": "Clerk",
    "department": "Sales",
    "employeeId": "42",
    "preferredLanguage": "nl-NL",
    "physicalDeliveryOfficeName": "18/2111",
    "streetAddress": "Main Street 1",
    "city": "Ghent",
    "state": "East Flanders",
    "postalCode": "9000",
    "country": "Belgium",
    "telephoneNumber": "+32 9 123",
    "mobile": "+32 4 123",
    "facsimileTelephoneNumber": "+32 9 124",
}


@pytest.mark.parametrize("flagged", [False, True])
@pytest.mark.parametrize("function", RoleFunction)
@pytest.mark.parametrize("rows", ["default", "advised"])
def test_a_cycle_without_changes_sends_nothing(
    tenant, app, server, roles, flagged, function, rows
):
    mappings = (
        advised(function)
        if rows == "advised"
        else (*DEFAULT_MAPPINGS, role_mapping(function))
    )
    viewer, uploader = app.add_role("Viewer"), app.add_role("Uploader", "May upload")
    boss = tenant.add_person("boss@contoso.example", "The Boss", profile=FULL)
    ann = tenant.add_person(
        "ann@contoso.example", "Ann Smith", profile=FULL, manager=boss
    )
    app.assign(boss, viewer)
    app.assign(ann, viewer)
    job = ProvisioningJob(tenant, app, server, flagged=flagged, mappings=mappings)

    job.run_cycle()
    assert all(e.status == Status.SUCCESS for e in job.log), job.log
    job.restart()
    second = job.next_cycle()
    assert second.people == 2
    assert set(second.requests) == {"GET"}, job.log[-1].exchanges
    app.assign(ann, uploader)
    tenant.change_person(
        ann,
        {
            "jobTitle": "Boss",
            "department": "HR",
            "city": "X",
            "telephoneNumber": "1",
            "givenName": "Anna",
        },
    )
    job.next_cycle()
    assert all(e.status == Status.SUCCESS for e in job.log), job.log
    job.restart()
    fourth = job.next_cycle()
    assert set(fourth.requests) == {"GET"}, job.log[-1].exchanges
    if function != RoleFunction.SINGLE:
        assert (
            ProvisionedUser.objects.get(
                user__email="ann@contoso.example"
            ).user.groups.count()
            == 2
        )
