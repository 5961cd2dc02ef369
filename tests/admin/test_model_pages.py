"""The lists of all environments in the admin."""

from __future__ import annotations

import html
import re
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.admin import ModelAdmin, site
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import ProtectedError
from django.db.models.signals import pre_delete
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from entra_scim.admin import deletion
from entra_scim.database import batches
from entra_scim.environments import emptying
from entra_scim.models import (
    AccessKey,
    EntraConnection,
    ProvisionedUser,
    ProvisioningEvent,
    ReleasedUser,
)
from tests.support.factories import UserFactory

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
    """Then the person who has the address in Entra is linked again."""
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
            EntraConnection,
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


def delete_url(environment):
    options = environment._meta
    return reverse(
        f"admin:{options.app_label}_{options.model_name}_delete", args=[environment.pk]
    )


class TestDeletingAnEnvironment:
    @pytest.fixture(autouse=True)
    def _small_batches(self, monkeypatch):
        monkeypatch.setattr(batches, "SIZE", 2)

    @pytest.fixture
    def people(self, scim, foreign_scim, roles):
        """Five of Contoso, one of whom has left; and one of Fabrikam."""
        for number in range(5):
            body = {
                "userName": f"p{number}@contoso.example",
                "roles": [{"value": "Viewer"}],
            }
            assert scim.post("/Users", body).status_code == 201
        last = ProvisionedUser.objects.order_by("created").last()
        assert scim.delete(f"/Users/{last.pk}").status_code == 204
        foreign_scim.post("/Users", {"userName": "carla@fabrikam.example"})
        return [*get_user_model().objects.filter(email__startswith="p")]

    def assert_only_fabrikam_is_left(self, contoso, fabrikam, people):
        assert not type(contoso)._default_manager.filter(pk=contoso.pk).exists()
        for model in apps.get_app_config("entra_scim").get_models():
            if any(field.name == "environment" for field in model._meta.fields):
                rows = model._default_manager.all()
                assert {row.environment_id for row in rows} <= {fabrikam.pk}, model
        assert ProvisionedUser.objects.count() == 1
        assert get_user_model().objects.filter(pk__in=[u.pk for u in people]).count()
        assert [user.groups.count() for user in people].count(1) == 4

    def test_by_its_page(self, client, contoso, fabrikam, people):
        page = client.get(delete_url(contoso)).content.decode()
        assert "Provisioned person" not in page
        assert re.search(r"Provisioned people:\s*4", page)
        assert ProvisionedUser.objects.count() == 5

        client.post(delete_url(contoso), {"post": "yes"})

        self.assert_only_fabrikam_is_left(contoso, fabrikam, people)

    def test_few_of_the_product_s_objects_are_listed(
        self, client, contoso, people, monkeypatch
    ):
        """Each may take a statement, of which a customer would need 100,000."""
        monkeypatch.setattr(deletion, "LISTED", 2)

        page = client.get(delete_url(contoso)).content.decode()

        assert page.count("Membership: ") == (2 if hasattr(contoso, "members") else 0)
        assert page.count("Environment: <a") == 1

    def test_by_the_list(self, client, contoso, fabrikam, people):
        options = contoso._meta
        listing = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        data = {"action": "delete_selected", "_selected_action": [contoso.pk]}
        client.post(listing, data)
        assert ProvisionedUser.objects.count() == 5

        client.post(listing, {**data, "post": "yes"})

        self.assert_only_fabrikam_is_left(contoso, fabrikam, people)

    def test_by_the_command(self, contoso, fabrikam, people):
        with pytest.raises(CommandError, match="--yes"):
            call_command("entra_delete_environment", str(contoso.pk))
        assert ProvisionedUser.objects.count() == 5

        call_command(
            "entra_delete_environment", str(contoso.pk), "--yes", stdout=StringIO()
        )

        self.assert_only_fabrikam_is_left(contoso, fabrikam, people)

    def test_a_product_that_keeps_it(self, contoso, people):
        """The command says why."""

        def refuse(instance, **kwargs):
            raise ProtectedError("It has invoices.", {instance})

        pre_delete.connect(refuse, type(contoso))
        try:
            with pytest.raises(CommandError, match="It has invoices"):
                call_command("entra_delete_environment", str(contoso.pk), "--yes")
        finally:
            pre_delete.disconnect(refuse, type(contoso))

    def test_in_several_transactions(
        self, contoso, people, django_assert_max_num_queries
    ):
        """Each of a bounded number of statements; no statement names all people."""
        with CaptureQueriesContext(connection) as captured:
            emptying.empty(contoso)

        deleted = [
            query["sql"]
            for query in captured
            if query["sql"].startswith("DELETE FROM")
            and "provisioneduser" in query["sql"].split(" WHERE ")[0]
        ]
        assert len(deleted) == 2

    def test_whoever_may_not_delete_it_empties_nothing(
        self, several_environments, contoso, people
    ):
        staff = UserFactory(
            email="it@contoso.example", environment=contoso, is_staff=True
        )
        staff.user_permissions.add(
            *Permission.objects.filter(
                codename__in=["view_environment", "change_environment"]
            )
        )
        client = Client()
        client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")

        assert client.post(delete_url(contoso), {"post": "yes"}).status_code == 403

        assert ProvisionedUser.objects.count() == 5
        assert AccessKey.objects.for_environment(contoso).exists()

    def test_another_s_environment(self, several_environments, contoso, people):
        staff = UserFactory(email="it@elsewhere.example", is_staff=True)
        staff.user_permissions.add(
            *Permission.objects.filter(codename__endswith="_environment")
        )
        client = Client()
        client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")

        client.post(delete_url(contoso), {"post": "yes"})

        assert ProvisionedUser.objects.count() == 5

    def test_a_post_without_a_body_asks_again(self, client, contoso, people):
        client.post(delete_url(contoso))

        assert ProvisionedUser.objects.count() == 5


def test_a_new_environment_has_no_tab_yet(client, contoso):
    options = contoso._meta
    page = client.get(reverse(f"admin:{options.app_label}_{options.model_name}_add"))

    assert page.status_code == 200
    assert "/entra/" not in page.content.decode()


def test_what_has_no_page_is_listed_without_a_link(
    several_environments, client, contoso, ann, monkeypatch
):
    """As of a model whose admin has no page of changes."""
    model = type(contoso).members.through
    monkeypatch.setitem(site._registry, model, ModelAdmin(model, site))
    contoso.members.add(ann)

    page = client.get(delete_url(contoso)).text

    assert str(model.objects.first()) in html.unescape(page)
