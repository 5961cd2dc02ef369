"""People who leave have no access, however Entra says so."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from entra_scim.middleware import EntraSessionMiddleware
from entra_scim.models import ProvisionedUser, ProvisioningEvent, ReleasedUser
from entra_scim.sign_in import sessions
from entra_scim.story.sentences import sentence_of
from tests.support.factories import GroupFactory, RoleFactory, UserFactory

pytestmark = pytest.mark.django_db

OUT = {"op": "Replace", "path": "active", "value": "False"}
BACK = {"op": "Replace", "path": "active", "value": "True"}

BACKENDS = [
    "django.contrib.sessions.backends.db",
    "django.contrib.sessions.backends.cached_db",
    "django.contrib.sessions.backends.cache",
    "django.contrib.sessions.backends.file",
    "django.contrib.sessions.backends.signed_cookies",
]


@pytest.fixture
def linked(scim, ann):
    """Ann, linked and in with role Viewer."""
    return create(scim, ann.email)


def create(scim, address, **attributes):
    response = scim.post(
        "/Users",
        {
            "userName": address,
            "displayName": "Ann Smith",
            "externalId": address,
            "roles": [{"value": "Viewer"}],
            **attributes,
        },
    )
    assert response.status_code == 201, response.content
    return f"/Users/{response.json()['id']}"


def signed_in(user):
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def is_in(client):
    """Tell whether a client's session is somebody's."""
    return client.get(reverse("admin:index")).status_code == 200


@pytest.fixture(params=BACKENDS)
def session_backend(request, settings, tmp_path):
    settings.SESSION_ENGINE = request.param
    settings.SESSION_FILE_PATH = str(tmp_path)
    return request.param


class TestSessions:
    def test_end_at_once_and_stay_dead(self, scim, ann, linked, session_backend):
        """A leaver's session is dead at its next request, and dead it stays."""
        client = signed_in(ann)
        assert is_in(client)
        cookies = client.cookies.copy()

        scim.patch(linked, OUT)
        assert not is_in(client)

        scim.patch(linked, BACK)
        assert not is_in(client)
        client.cookies = cookies  # what a thief of the cookie would send
        assert not is_in(client)

    def test_never_looked_at_while_away_stay_dead_too(
        self, scim, ann, linked, session_backend
    ):
        """Leaving and returning between two requests ends the session as well."""
        client = signed_in(ann)

        scim.patch(linked, OUT)
        scim.patch(linked, BACK)

        assert not is_in(client)
        ann.refresh_from_db()
        assert is_in(signed_in(ann))

    def test_of_somebody_who_was_put_out_by_hand_before_stay_dead(
        self, scim, ann, linked
    ):
        """Entra's deactivation counts, though the account was inactive already."""
        client = signed_in(ann)

        get_user_model().objects.filter(pk=ann.pk).update(is_active=False)
        scim.patch(linked, OUT)
        scim.patch(linked, BACK)

        ann.refresh_from_db()
        assert ann.is_active
        assert not is_in(client)

    def test_stay_dead_after_release_and_return(self, scim, ann, linked):
        """A new resource for the same person revives nothing."""
        client = signed_in(ann)

        scim.delete(linked)
        assert not is_in(client)
        create(scim, ann.email)

        assert not is_in(client)

    def test_stay_dead_when_a_local_administrator_reactivates(self, scim, ann, linked):
        """Somebody who was released and let in by hand has to sign in anew."""
        client = signed_in(ann)

        scim.delete(linked)
        get_user_model().objects.filter(pk=ann.pk).update(is_active=True)
        assert not is_in(client)

        create(scim, ann.email)
        assert not is_in(client)

    def test_of_others_go_on(self, scim, ann, bob, linked):
        """Only the leaver is out."""
        client = signed_in(bob)

        scim.patch(linked, OUT)

        assert is_in(client)

    def test_cost_one_statement_a_request(
        self, ann, linked, rf, django_assert_num_queries
    ):
        """The middleware asks once, and nothing for those without a session."""
        session = signed_in(ann).session
        session.get("loaded")
        with django_assert_num_queries(1):
            assert not sessions.is_ended(ann, session)

    def test_a_request_without_a_session_is_not_asked(
        self, rf, django_assert_num_queries
    ):
        """Visitors cost nothing, and nothing is looked up for them."""
        answer = object()
        middleware = EntraSessionMiddleware(lambda request: answer)

        with django_assert_num_queries(0):
            assert middleware(rf.get("/")) is answer


def test_every_backend_refuses_the_inactive(scim, ann, linked, settings):
    """Even one that lets inactive users sign in opens no session that works."""
    scim.patch(linked, OUT)
    ann.refresh_from_db()

    assert authenticate(username=ann.get_username(), password="secret") is None
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.AllowAllUsersModelBackend"
    ]
    client = Client()
    assert client.login(username=ann.get_username(), password="secret")
    assert not is_in(client)


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


class TestDelete:
    def test_lets_go_and_keeps_the_person(self, scim, ann, linked, contoso):
        """The resource is gone; the person is inactive and has their data."""
        RoleFactory(environment=contoso, value="Viewer")

        response = scim.delete(linked)

        assert response.status_code == 204
        assert response.content == b""
        ann.refresh_from_db()
        assert not ann.is_active
        assert not ann.groups.exists()
        assert ann.check_password("secret")
        assert scim.get(linked).status_code == 404
        assert scim.delete(linked).status_code == 404
        assert scim.filter(f'userName eq "{ann.email}"') == []
        assert ReleasedUser.objects.get().user == ann
        event = ProvisioningEvent.objects.get(kind=ProvisioningEvent.Kind.RELEASED)
        assert event.user == ann

    def test_of_a_foreign_person_is_not_possible(
        self, scim, foreign_scim, carol, linked
    ):
        """404 for what is another environment's."""
        foreign = create(foreign_scim, carol.email)

        assert scim.delete(foreign).status_code == 404
        assert scim.patch(foreign, OUT).status_code == 404
        assert scim.put(foreign, {"userName": "x"}).status_code == 404
        assert scim.get(foreign).status_code == 404
        carol.refresh_from_db()
        assert carol.is_active

    def test_deleting_the_person_by_hand_ends_the_link(self, scim, ann, linked):
        """A local act, after which Entra may create them anew."""
        ann.delete()

        assert scim.get(linked).status_code == 404
        assert not ProvisionedUser.objects.exists()
        create(scim, "ann@contoso.example")


class TestTombstone:
    """Entra frees a soft-deleted person's UPN: the object ID comes before it."""

    OBJECT_ID = "0f0e0d0c-0b0a-4908-8706-050403020100"

    @pytest.fixture(params=[True, False], ids=["mail", "no mail"])
    def path(self, request, scim, ann):
        emails = [{"type": "work", "value": ann.email}] if request.param else []
        return create(scim, ann.email, externalId=self.OBJECT_ID, emails=emails)

    def tombstone(self, ann):
        name = f"{self.OBJECT_ID.replace('-', '')}{ann.email}"
        return {"op": "Replace", "path": "userName", "value": name}

    def test_is_echoed_and_renames_no_account(self, scim, ann, path):
        """Nor does what follows while the person is deleted, and they come back."""
        scim.patch(path, {"op": "remove", "path": "emails"}, self.tombstone(ann), OUT)
        response = scim.patch(path, {"op": "Replace", "path": "title", "value": "Gone"})

        assert response.json()["userName"] == self.tombstone(ann)["value"]
        email = ann.email
        former = {"op": "Replace", "path": "userName", "value": email}
        for is_active in (False, True):
            ann.refresh_from_db()
            assert (ann.get_username(), ann.email) == (email, email)
            assert ann.is_active is is_active
            if not is_active:
                assert scim.patch(path, former, BACK).json()["userName"] == email

    def test_keeps_the_address_from_others(self, scim, ann, path):
        """The account has it still: a colleague gets it once somebody decides."""
        scim.patch(path, self.tombstone(ann), OUT)
        other = {"userName": ann.email, "externalId": str(uuid.uuid4())}

        response = scim.post("/Users", other)

        assert response.status_code == 409
        assert "somebody else" in response.json()["detail"]

    def test_of_a_new_resource_claims_no_account(self, scim, ann):
        """Somebody deleted, whom Entra never sent, is not who has the address now."""
        name = self.tombstone(ann)["value"]

        scim.post("/Users", {"userName": name, "active": False})

        ann.refresh_from_db()
        assert ann.is_active

    def test_of_another_name_renames(self, scim, ann, path):
        """Digits before somebody else's address are a name like any other."""
        scim.patch(path, {"op": "remove", "path": "emails"})
        name = f"{self.OBJECT_ID.replace('-', '')}eve@contoso.example"

        scim.patch(path, {"op": "Replace", "path": "userName", "value": name})

        ann.refresh_from_db()
        assert ann.get_username() == name


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
