from __future__ import annotations

import pytest
from django.contrib.admin import ModelAdmin, site
from django.test import Client
from django.urls import reverse

from entra_scim.models import (
    AccessKey,
    EntraSettings,
    ProvisionedUser,
    ProvisioningEvent,
    ReleasedUser,
)
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(admin):
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def person(scim, ann):
    response = scim.post(
        "/Users", {"userName": "ann@contoso.example", "displayName": "Ann Smith"}
    )
    return ProvisionedUser.objects.get(pk=response.json()["id"])


def test_events_can_be_read_and_not_changed(client, person):
    """The story in sentences, for the eyes only."""
    event = ProvisioningEvent.objects.get(user=person.user)
    listing = reverse("admin:entra_scim_provisioningevent_changelist")
    page = reverse("admin:entra_scim_provisioningevent_change", args=[event.pk])

    assert "Ann Smith: linked" in client.get(listing).content.decode()
    assert client.get(listing, {"q": str(event.correlation_id)}).status_code == 200
    assert "Ann Smith: linked" in client.get(page).content.decode()
    assert client.post(page, {"name": "Somebody"}).status_code == 403
    assert ProvisioningEvent.objects.get(pk=event.pk).name == "Ann Smith"


def test_people_can_be_released_by_hand(client, person, ann):
    """The remedy that a refusal names."""
    listing = reverse("admin:entra_scim_provisioneduser_changelist")
    assert "Ann Smith" in client.get(listing).content.decode()

    client.post(listing, {"action": "release", "_selected_action": [str(person.pk)]})

    assert not ProvisionedUser.objects.exists()
    assert ReleasedUser.objects.get().user == ann
    ann.refresh_from_db()
    assert not ann.is_active


def test_a_release_mark_can_be_deleted(client, scim, person, ann):
    """Then whoever has the address in Entra is linked again."""
    scim.delete(f"/Users/{person.pk}")
    mark = ReleasedUser.objects.get()

    client.post(
        reverse("admin:entra_scim_releaseduser_delete", args=[mark.pk]), {"post": "yes"}
    )

    assert scim.post("/Users", {"userName": "ann@contoso.example"}).status_code == 201


@pytest.mark.parametrize("model", ["provisioneduser", "provisioningevent"])
def test_staff_without_permission_see_nothing(person, model):
    """Django's permissions decide."""
    client = Client()
    staff = UserFactory(email="staff@contoso.example", is_staff=True)
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")

    url = reverse(f"admin:entra_scim_{model}_changelist")
    assert client.get(url).status_code == 403


@pytest.mark.parametrize("model", ["accesskey", "environmentrole"])
def test_keys_have_no_page_of_their_own(client, model):
    """No page shows a digest, or lets one be set."""
    assert client.get(f"/admin/entra_scim/{model}/").status_code == 404


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (AccessKey, {"environment", "expires_at"}),
        (
            EntraSettings,
            {
                "environment",
                "client_id",
                "tenant_id",
                "cloud",
                "client_secret_expires_on",
            },
        ),
    ],
)
def test_a_plain_admin_reads_and_sets_no_secret(admin, model, fields, rf):
    """Of a product that registers the model by itself."""
    request = rf.get("/")
    request.user = admin
    form = ModelAdmin(model, site).get_form(request)

    assert {*form.base_fields} == fields


def test_an_environment_is_deleted_as_before(client, scim, person, contoso, roles):
    """With all that the app keeps of it, though nobody deletes that alone."""
    options = contoso._meta
    url = reverse(
        f"admin:{options.app_label}_{options.model_name}_delete", args=[contoso.pk]
    )

    client.post(url, {"post": "yes"})

    assert not type(contoso)._default_manager.filter(pk=contoso.pk).exists()
    assert not ProvisioningEvent.objects.exists()
    assert not ProvisionedUser.objects.exists()
