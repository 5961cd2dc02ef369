"""A local Entra that provisions the project under test."""

from __future__ import annotations

import pytest
from django.urls import reverse

from entra_emulator import ProvisioningJob, Tenant
from entra_scim.connection import access_keys
from entra_scim.testing import DjangoServer

PROFILE = {
    "jobTitle": "Clerk",
    "department": "Sales",
    "employeeId": "701984",
    "preferredLanguage": "nl-BE",
    "physicalDeliveryOfficeName": "18/2111",
    "streetAddress": "Korenmarkt 1",
    "city": "Gent",
    "state": "Oost-Vlaanderen",
    "postalCode": "9000",
    "country": "Belgium",
    "telephoneNumber": "+32 9 555 01 09",
    "mobile": "+32 470 55 01 09",
    "facsimileTelephoneNumber": "+32 9 555 01 10",
}
"""A value for each attribute that is not a name, so that every row has one."""


@pytest.fixture
def tenant():
    return Tenant("Contoso")


@pytest.fixture
def app(tenant):
    """The application in Entra, with the app roles that the product has too."""
    application = tenant.add_application("Product")
    for value in ("Uploader", "Authorizer", "Viewer"):
        application.add_role(value)
    return application


@pytest.fixture
def role(app):
    """Return an app role by its Value."""

    def by_value(value):
        return next(role for role in app.app_roles if role.value == value)

    return by_value


@pytest.fixture
def server(contoso):
    """Contoso's SCIM endpoint, with a key of its own."""
    _key, secret = access_keys.create(contoso)
    path = reverse("entra_scim:base", kwargs={"environment_id": contoso.pk})
    return DjangoServer(path, secret)


@pytest.fixture
def job(tenant, app, server, roles):
    """Provisioning, set up as the guide says."""
    return ProvisioningJob(tenant, app, server, flagged=True)
