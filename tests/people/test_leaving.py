"""People who leave lose their access and nothing else."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection

from entra_scim.models import ProvisioningEvent, ReleasedUser
from entra_scim.people import provisioning
from entra_scim.story.sentences import sentence_of
from tests.support.factories import GroupFactory, RoleFactory, UserFactory
from tests.support.leaving import BACK, OUT, create

pytestmark = pytest.mark.django_db


@pytest.fixture
def linked(scim, ann):
    """Ann, linked and in with role Viewer."""
    return create(scim, ann.email)


def test_a_leaver_loses_access_and_stays_visible(scim, ann, linked, contoso):
    """The resource is still found, inactive, with its roles kept for the return."""
    RoleFactory(environment=contoso, value="Viewer")
    assert ann.groups.exists()

    response = scim.patch(linked, OUT)

    assert response.json()["active"] is False
    ann.refresh_from_db()
    assert not ann.is_active
    assert not ann.groups.exists()
    assert scim.get(linked).json()["active"] is False
    assert scim.filter(f'userName eq "{ann.email}"') == [response.json()["id"]]
    assert response.json()["roles"] == [{"value": "Viewer"}]


def test_a_returning_person_gets_their_roles_back(scim, ann, linked, contoso):
    """What is echoed while inactive is in force again afterwards."""
    role = RoleFactory(environment=contoso, value="Viewer")

    scim.patch(linked, OUT)
    scim.patch(linked, BACK)

    ann.refresh_from_db()
    assert ann.is_active
    assert list(ann.groups.all()) == [role.group]
    assert ann.check_password("secret")


def test_groups_from_before_any_roles_come_back(scim, ann, contoso):
    """Without roles from Entra, going away and coming back costs no group."""
    role = RoleFactory(environment=contoso, value="Viewer")
    ann.groups.add(role.group)
    response = scim.post("/Users", {"userName": ann.email})
    path = f"/Users/{response.json()['id']}"

    scim.patch(path, OUT)
    assert not ann.groups.exists()

    scim.patch(path, BACK)
    assert list(ann.groups.all()) == [role.group]
    scim.get(path)
    assert list(ann.groups.all()) == [role.group]


def test_a_former_person_is_forgotten_once(scim, linked):
    """Two administrators click at the same time."""
    scim.delete(linked)
    former = ReleasedUser.objects.get()

    for _administrator in range(2):
        provisioning.forget(former)

    assert ProvisioningEvent.objects.filter(kind="forgotten").count() == 1


class TestDeactivationNeverFails:
    @pytest.mark.parametrize(
        ("operation", "kept"),
        [
            ({"path": "userName", "value": "eve@contoso.example"}, "userName"),
            ({"path": "externalId", "value": "eve@contoso.example"}, "externalId"),
            (
                {
                    "path": 'emails[type eq "work"].value',
                    "value": "admin@contoso.example",
                },
                "emails",
            ),
            ({"path": "userName", "value": "x" * 400}, "userName"),
        ],
    )
    def test_for_a_value_that_is_taken(self, scim, ann, admin, linked, operation, kept):
        """The person is out; the value stays as it was; the story says so."""
        create(scim, "eve@contoso.example")
        before = scim.get(linked).json()

        response = scim.patch(linked, {"op": "Replace", **operation}, OUT)

        assert response.status_code == 200
        after = response.json()
        assert after["active"] is False
        assert after.get(kept) == before.get(kept)
        event = ProvisioningEvent.objects.filter(
            kind=ProvisioningEvent.Kind.DEACTIVATED
        ).get()
        assert kept in [item["attribute"] for item in event.changes["kept"]]
        assert f"{kept} kept as it was" in sentence_of(event)

        assert (
            scim.patch(linked, {"op": "Replace", **operation}, OUT).status_code == 200
        )

    def test_but_the_rest_of_the_request_is_applied(self, scim, ann, linked):
        """Only what collides stays."""
        create(scim, "eve@contoso.example")

        response = scim.patch(
            linked,
            {"op": "Replace", "path": "userName", "value": "eve@contoso.example"},
            {"op": "Replace", "path": "title", "value": "Gone"},
            OUT,
        )

        assert response.json()["title"] == "Gone"

    def test_for_what_only_the_database_takes_for_taken(self, scim, ann, linked):
        """As MariaDB does with josé@ and jose@, or another app's constraint."""
        rename = {"op": "Replace", "path": "userName", "value": "jos\u00e9@x.example"}

        class Duplicate(Exception):
            sqlstate = "23505"

        def refuse(execute, sql, params, many, context):
            if sql.startswith("UPDATE") and "jos\u00e9@x.example" in params:
                error = IntegrityError(1062, "UNIQUE constraint failed")
                raise error from Duplicate()
            return execute(sql, params, many, context)

        with connection.execute_wrapper(refuse):
            refused = scim.patch(linked, rename)
            response = scim.patch(linked, rename, OUT)

        assert refused.status_code == 409
        assert "already in use" in refused.json()["detail"]
        assert response.status_code == 200
        assert response.json()["active"] is False
        assert response.json()["userName"] == ann.email
        ann.refresh_from_db()
        assert not ann.is_active

    def test_for_a_username_that_was_given_away_by_hand(
        self, scim, ann, linked, contoso
    ):
        """The person got another username here, and somebody else has the former."""
        former = ann.email
        get_user_model().objects.filter(pk=ann.pk).update(
            **{ann.USERNAME_FIELD: "renamed@x.example"}
        )
        other = UserFactory(email="other@x.example", environment=contoso)
        get_user_model().objects.filter(pk=other.pk).update(
            **{ann.USERNAME_FIELD: former}
        )

        response = scim.patch(linked, OUT)

        assert response.status_code == 200
        ann.refresh_from_db()
        assert not ann.is_active
        assert ann.get_username() == "renamed@x.example"

    def test_while_a_change_without_it_is_refused(self, scim, ann, linked):
        """A rename to a taken name alone is a conflict."""
        create(scim, "eve@contoso.example")

        response = scim.patch(
            linked,
            {"op": "Replace", "path": "userName", "value": "eve@contoso.example"},
        )

        assert response.status_code == 409
        assert scim.get(linked).json()["userName"] == ann.email


def test_a_person_who_was_let_in_by_hand_is_put_out_again(scim, ann, linked):
    """What Entra says of leaving holds, even if it said so before."""
    scim.patch(linked, OUT)
    get_user_model().objects.filter(pk=ann.pk).update(is_active=True)

    scim.patch(linked, OUT)

    ann.refresh_from_db()
    assert not ann.is_active
    deactivations = ProvisioningEvent.objects.filter(kind="deactivated", user=ann)
    assert deactivations.count() == 2


def test_removing_active_is_refused(scim, ann, linked):
    """The resource always says whether the person has access."""
    for operation in (
        {"op": "remove", "path": "active"},
        {"op": "remove", "path": "active", "value": False},
        {"op": "replace", "path": "active", "value": None},
    ):
        assert scim.patch(linked, operation).status_code == 400

    assert scim.get(linked).json()["active"] is True
    ann.refresh_from_db()
    assert ann.is_active


def test_put_without_active_lets_nobody_in(scim, ann, linked):
    """A PUT that says nothing of active leaves it as it is."""
    scim.patch(linked, OUT)

    response = scim.put(linked, {"userName": ann.email})

    assert response.json()["active"] is False
    ann.refresh_from_db()
    assert not ann.is_active


@pytest.mark.parametrize("value", [0, 1, "no", "yes", [], {}, [True], ["x", "True"]])
def test_anything_but_a_boolean_is_refused(scim, ann, linked, value):
    """Never by truthiness: the string "False" is true in Python."""
    responses = [
        scim.patch(linked, {"op": "Replace", "path": "active", "value": value}),
        scim.patch(linked, {"op": "Replace", "value": {"active": value}}),
        scim.put(linked, {"userName": ann.email, "active": value}),
        scim.post("/Users", {"userName": "new@contoso.example", "active": value}),
    ]

    for response in responses:
        assert response.status_code == 400
        assert response.json()["scimType"] == "invalidValue"
    assert scim.get(linked).json()["active"] is True


def test_a_managed_person_does_not_escape_by_becoming_exempt(scim, ann, linked):
    """Somebody made superuser since stays managed: leavers are out."""
    ann.is_superuser = True
    ann.save()

    scim.patch(linked, OUT)

    ann.refresh_from_db()
    assert not ann.is_active
    assert ann.is_superuser


def test_rights_of_their_own_stay(scim, bob):
    """Administration rights, language and the rest stay local."""
    bob.groups.add(GroupFactory(name="Local"))
    path = create(scim, bob.email)

    scim.patch(path, {"op": "Replace", "path": "preferredLanguage", "value": "nl"})

    bob.refresh_from_db()
    assert bob.is_staff
    assert bob.groups.filter(name="Local").exists()


def test_nobody_else_changes(scim, ann, bob, carol, linked):
    """A deactivation reaches one person."""
    UserFactory(email="other@contoso.example")
    others = get_user_model().objects.exclude(pk=ann.pk).order_by("pk")
    before = list(others.values())

    scim.patch(linked, OUT)

    assert list(others.values()) == before
