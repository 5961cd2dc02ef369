"""Keys of an older version: nobody is missed by them, and all are written again."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db.models import F

from entra_scim.accounts import key_versions
from entra_scim.database import batches
from entra_scim.exceptions import Rebuilding
from entra_scim.models import (
    EnvironmentRole,
    KeyVersion,
    PendingRegrant,
    ProvisionedElement,
    ProvisionedUser,
    RoleAssignment,
)
from entra_scim.people import rebuilding
from entra_scim.roles import definitions, regrants
from entra_scim.text.comparison_keys import VERSION
from tests.support.factories import GroupFactory, RoleFactory, UserFactory
from tests.support.resources import create
from tests.support.tab import tab

pytestmark = pytest.mark.django_db

OBJECT_ID = "b7f2ad1c-38b4-4a6d-8d9d-1a2b3c4d5e6f"


@pytest.fixture
def older(contoso, scim):
    """Let stored keys be of an older version, by which nobody is found."""

    def make():
        for person in ProvisionedUser.objects.all():
            ProvisionedUser.objects.filter(pk=person.pk).update(
                user_name_key=f"old {person.pk}",
                user_name_order="",
                external_id_key=None,
                address_key=f"old {person.pk}",
                domain_key="",
                comparable={},
                search_text="",
            )
        ProvisionedElement.objects.all().delete()
        for model in (RoleAssignment, EnvironmentRole):
            model.objects.update(value_key=F("value"))
        KeyVersion.objects.update(version=VERSION - 1)
        key_versions.check_database.cache_clear()

    yield make
    KeyVersion.objects.update(version=VERSION)
    key_versions.check_database.cache_clear()
    key_versions.check_current()


@pytest.fixture
def people(contoso, scim):
    """People with whatever keys are made of."""
    RoleFactory(environment=contoso, value="Viewer", group=GroupFactory())
    ann = create(
        scim,
        "ann",
        externalId=OBJECT_ID,
        displayName="Ann Smith",
        roles=[{"value": "Viewer"}, {"value": "Later"}],
        emails=[{"type": "work", "value": "Ann@Contoso.example"}],
    )
    eve = create(scim, "eve", externalId=OBJECT_ID.replace("b7", "c8"))
    bob = create(scim, "bob")
    bob, eve, ann = (one.json()["id"] for one in (bob, eve, ann))
    # Soft-deleted in Entra, and somebody whose object ID was removed.
    name = f"{OBJECT_ID.replace('-', '')}bob@contoso.example"
    patch(scim, bob, "replace", "userName", name)
    patch(scim, eve, "remove", "externalId")
    return {"ann": ann, "eve": eve, "bob": bob}


def patch(scim, who, op, path, *value):
    operation = {"op": op, "path": path} | ({"value": value[0]} if value else {})
    response = scim.patch(f"/Users/{who}", operation)
    assert response.status_code == 200, response.content
    return response.json()


def stored():
    """Return all that comparisons need, as it is stored."""
    keys = ("pk", "provisioned_user", "path", "key", "value", "type", "searched")
    return (
        list(ProvisionedUser.objects.order_by("pk").values()),
        set(ProvisionedElement.objects.values_list(*keys[1:])),
        set(RoleAssignment.objects.values_list("pk", "value_key")),
        set(EnvironmentRole.objects.values_list("pk", "value_key")),
    )


def rebuild():
    output = io.StringIO()
    call_command("entra_rebuild_keys", stdout=output)
    return output.getvalue().splitlines()


def warned():
    messages = run_checks(databases=["default"])
    return "entra_scim.W029" in {message.id for message in messages}


class TestWhileKeysAreOlder:
    def test_nobody_is_said_to_be_missing(self, scim, people, older):
        """Entra would create them once more. It asks again later."""
        older()

        for response in (
            scim.get("/Users", {"filter": 'userName eq "ann@contoso.example"'}),
            scim.get("/Users", {"filter": f'externalId eq "{OBJECT_ID}"'}),
            scim.get("/Users", {"filter": 'displayName eq "Ann Smith"'}),
            scim.post("/Users", {"userName": "ann@contoso.example"}),
            scim.patch(
                f"/Users/{people['eve']}",
                {"op": "replace", "path": "userName", "value": "ann@contoso.example"},
            ),
        ):
            assert response.status_code == 503
            assert response["Retry-After"] == "300"
            assert "Entra tries again by itself" in response.json()["detail"]
        assert ProvisionedUser.objects.count() == len(people)

    def test_a_migration_changes_nothing_about_it(self, people, older):
        older()

        call_command("migrate", verbosity=0)

        assert rebuilding.is_needed()
        assert warned()

    def test_who_leaves_is_out(self, scim, people, older):
        """Whatever else the request says, and all that needs no look-up is done."""
        older()

        patch(scim, people["eve"], "replace", "title", "Boss")
        response = scim.patch(
            f"/Users/{people['ann']}",
            {"op": "replace", "path": "active", "value": False},
            {"op": "replace", "path": "userName", "value": "other@contoso.example"},
        )

        assert response.status_code == 200
        ann = ProvisionedUser.objects.get(pk=people["ann"])
        assert (ann.active, ann.user.is_active) == (False, False)
        assert ann.attributes["userName"] == "ann@contoso.example"

    def test_a_role_stays_as_it_is(self, contoso, scim, people, older, admin):
        """Who seems not to have been assigned it would lose its group."""
        ann = ProvisionedUser.objects.get(pk=people["ann"]).user
        role = EnvironmentRole.objects.get()
        older()

        for change in (
            lambda: definitions.define(contoso, "Reader", role.group, by=admin),
            lambda: definitions.change(role, "Reader", role.group, by=admin),
            lambda: definitions.remove(role, by=admin),
        ):
            with pytest.raises(Rebuilding):
                change()

        assert EnvironmentRole.objects.get().value == "Viewer"
        assert ann.groups.get() == role.group
        rebuild()
        definitions.define(contoso, "Reader", role.group, by=admin)
        assert ann.groups.get() == role.group

    def test_the_tab_says_why_a_role_stays(self, contoso, people, older, admin, client):
        client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
        role = EnvironmentRole.objects.get()
        older()

        for path, data in (
            (f"roles/{role.pk}/delete/", {}),
            ("roles/", {"role-value": "Reader"}),
        ):
            page = client.post(tab(contoso, path), data, follow=True)
            assert "has yet to renew the keys" in page.content.decode()

        assert EnvironmentRole.objects.get() == role

    def test_a_begun_change_of_a_role_waits(
        self, monkeypatch, contoso, scim, people, older, admin
    ):
        """And finds its people by their new keys: who had the role still loses it."""
        ann = ProvisionedUser.objects.get(pk=people["ann"]).user
        monkeypatch.setattr(regrants, "AT_ONCE", 0)
        definitions.remove(EnvironmentRole.objects.get(), by=admin)
        older()
        PendingRegrant.objects.update(former_keys=["Viewer"])

        assert not regrants.step(contoso)
        with pytest.raises(CommandError, match="has yet to renew the keys"):
            call_command("entra_regrant")
        assert ann.groups.exists()

        rebuild()
        call_command("entra_regrant", stdout=io.StringIO())

        assert not ann.groups.exists()

    def test_the_check_says_so(self, older):
        assert not warned()
        older()
        assert warned()
        rebuild()
        assert not warned()


class TestRebuilding:
    def test_everything_is_as_it_was(self, scim, people, older):
        """Even where the document has changed less than the keys."""
        before = stored()
        older()

        assert rebuild() == ["3 of 3 people", "The keys of all people are current."]

        assert stored() == before
        assert scim.filter('userName eq "ANN@contoso.example"') == [people["ann"]]
        assert scim.filter('displayName eq "ann smith"') == [people["ann"]]
        assert rebuild() == ["The keys of all people are current."]

    def test_what_is_current_stays(self, people, older):
        """Written again, it costs reading alone."""
        KeyVersion.objects.update(version=VERSION - 1)
        before = stored()

        rebuild()

        assert stored() == before

    def test_an_interrupted_one_goes_on(self, monkeypatch, people, older):
        """With those that are left; what a request wrote in between is right as well."""
        before = stored()
        older()
        monkeypatch.setattr(batches, "SIZE", 2)
        steps = rebuilding.rebuild()
        assert next(steps) == (2, [])
        steps.close()
        assert rebuilding.is_needed()

        rebuilt = rebuild()

        assert rebuilt == ["1 of 3 people", "The keys of all people are current."]
        assert stored() == before

    def test_who_is_the_same_by_the_new_keys(self, monkeypatch, scim, people, older):
        """Nothing of them is lost, and they are named until one of them is gone."""
        monkeypatch.setattr(batches, "SIZE", 1)
        older()
        eve = ProvisionedUser.objects.get(pk=people["eve"])
        eve.attributes["userName"] = "ANN@contoso.example"
        eve.save(update_fields=["attributes"])

        with pytest.raises(CommandError, match="Unlink one of each two") as refusal:
            rebuild()
        assert "ANN@contoso.example" in str(refusal.value) or "Ann" in str(refusal)
        assert rebuilding.is_needed()
        with pytest.raises(CommandError):
            rebuild()
        assert ProvisionedUser.objects.count() == len(people)

        assert scim.delete(f"/Users/{eve.pk}").status_code == 204
        rebuild()
        assert scim.filter('userName eq "ann@contoso.example"') == [people["ann"]]

    def test_former_usernames(self, scim, contoso, older):
        """People type what they always did, after an upgrade as well."""
        if get_user_model().USERNAME_FIELD != "username":
            pytest.skip("The address is the username here.")
        UserFactory(username="annie", email="ann@contoso.example", environment=contoso)
        create(scim, "ann")
        before = ProvisionedUser.objects.get().former_username_key
        assert before
        older()
        ProvisionedUser.objects.update(former_username_key="old")

        rebuild()

        assert ProvisionedUser.objects.get().former_username_key == before
