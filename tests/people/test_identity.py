"""An object ID never changes for one person."""

from __future__ import annotations

import uuid
from http import HTTPStatus

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from entra_scim.conf import conf
from entra_scim.models import ProvisionedUser, ProvisioningEvent, ReleasedUser
from entra_scim.people import provisioning
from entra_scim.sign_in import sign_ins
from entra_scim.story.sentences import sentence_of
from tests.support.factories import RoleFactory, UserFactory

pytestmark = pytest.mark.django_db

OLD, NEW, THIRD = (str(uuid.UUID(int=number)) for number in (1, 2, 3))
ADDRESS = "ann@contoso.example"

OUT = {"op": "Replace", "path": "active", "value": "False"}
BACK = {"op": "Replace", "path": "active", "value": "True"}


def body(address=ADDRESS, **attributes):
    return {
        "userName": address,
        "displayName": "Ann Old",
        "emails": [{"type": "work", "value": address}],
        "roles": [{"value": "Viewer"}],
        "active": True,
        **attributes,
    }


def replacing(object_id):
    return {"op": "Replace", "path": "externalId", "value": object_id}


@pytest.fixture
def former(scim, contoso):
    """Ann, whom Entra has unassigned: it still finds her by her userName."""
    RoleFactory(environment=contoso, value="Viewer")
    person = scim.post("/Users", body(externalId=OLD)).json()
    scim.patch(f"/Users/{person['id']}", OUT)
    return f"/Users/{person['id']}"


FORMS = [
    lambda object_id: object_id.replace("-", ""),
    "{{{}}}".format,
    "urn:uuid:{}".format,
    str.upper,
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("linked_by", FORMS)
def test_an_object_id_is_the_same_in_any_form(scim, contoso, form, linked_by):
    """A mapping may drop the hyphens: it tells people apart all the same."""
    old, new = str(uuid.uuid4()), str(uuid.uuid4())
    person = scim.post("/Users", body(externalId=linked_by(old))).json()
    path = f"/Users/{person['id']}"

    same = scim.patch(path, replacing(form(old)))
    another = scim.patch(path, replacing(form(new)))

    assert same.json()["externalId"] == form(old)
    assert scim.filter(f'externalId eq "{old}"') == [person["id"]]
    assert another.status_code == HTTPStatus.CONFLICT
    assert link().waiting_object_id == new
    assert sign_ins.person_of(contoso, old) == link()


def link():
    return ProvisionedUser.objects.select_related("user").get()


def state():
    """Return everything about the one person there is."""
    person = link()
    columns = get_user_model().objects.filter(pk=person.user_id).values().get()
    return columns, person.attributes, sorted(person.user.groups.values_list("name"))


def tab(environment, path=""):
    app, model = conf.ENVIRONMENT_MODEL.lower().split(".")
    return reverse(f"admin:{app}_{model}_entra", args=[environment.pk]) + path


def test_a_new_employee_does_not_get_a_former_one_s_account(scim, former, contoso):
    """Not by the request that Entra sends, and not by signing in."""
    before = state()

    response = scim.patch(
        former,
        replacing(NEW),
        BACK,
        {"op": "Replace", "path": "displayName", "value": "Ann New"},
    )

    assert response.status_code == HTTPStatus.CONFLICT
    assert response.json()["scimType"] == "uniqueness"
    assert "the same person or somebody else" in response.json()["detail"]
    assert state() == before
    assert sign_ins.person_of(contoso, NEW) is None
    for _ in range(2):
        scim.patch(former, replacing(NEW), BACK)
    assert ProvisioningEvent.objects.get(reason="identity_replaced").count == 3


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "externalId", "value": NEW},
        {"op": "replace", "value": {"externalId": NEW}},
        {"op": "add", "value": {"EXTERNALID": NEW, "title": "Boss"}},
        {"op": "Replace", "path": "externalid", "value": NEW.upper()},
        {
            "op": "replace",
            "path": "urn:ietf:params:scim:schemas:core:2.0:User:externalId",
            "value": NEW,
        },
    ],
)
@pytest.mark.parametrize("is_active", [True, False])
def test_no_form_of_a_request_replaces_an_object_id(scim, former, operation, is_active):
    """Whether the person is there still, or not."""
    if is_active:
        scim.patch(former, BACK)
    before = state()

    assert scim.patch(former, operation).status_code == HTTPStatus.CONFLICT

    assert state() == before


def test_neither_does_a_put_or_a_post(scim, former):
    before = state()

    for response in (
        scim.put(former, body(externalId=NEW)),
        scim.post("/Users", body(externalId=NEW)),
        scim.post("/Users", body(externalId=NEW, userName="ann.new")),
    ):
        assert response.status_code == HTTPStatus.CONFLICT
        assert response.json()["scimType"] == "uniqueness"

    assert state() == before


@pytest.mark.parametrize("way", ["patch", "put", "operations"])
def test_removing_an_object_id_opens_no_way_to_replace_it(scim, former, contoso, way):
    """It is remembered: only the same one may follow."""
    remove = {"op": "remove", "path": "externalId"}
    if way == "operations":
        responses = [scim.patch(former, remove, {**replacing(NEW), "op": "add"})]
    elif way == "put":
        assert scim.put(former, body()).status_code == HTTPStatus.OK
        responses = [scim.put(former, body(externalId=NEW))]
    else:
        assert "externalId" not in scim.patch(former, remove).json()
        responses = [
            scim.patch(former, replacing(NEW)),
            scim.patch(former, replacing("ann")),
            scim.post("/Users", body(externalId=NEW)),
        ]

    assert {response.status_code for response in responses} == {HTTPStatus.CONFLICT}
    assert sign_ins.person_of(contoso, NEW) is None
    assert scim.patch(former, replacing(OLD)).json()["externalId"] == OLD


def test_who_was_deleted_without_an_object_id_comes_back_by_it_alone(scim, former):
    scim.patch(former, {"op": "remove", "path": "externalId"})
    scim.delete(former)

    assert scim.post("/Users", body()).status_code == HTTPStatus.CONFLICT
    assert scim.post("/Users", body(externalId=NEW)).status_code == HTTPStatus.CONFLICT
    assert scim.post("/Users", body(externalId=OLD)).status_code == HTTPStatus.CREATED


@pytest.mark.parametrize("value", ["ann", f"{NEW}@contoso.example", f"{NEW},"])
def test_an_object_id_becomes_nothing_else(scim, former, value):
    """Nobody could sign in any more; the mapping is to be corrected."""
    response = scim.patch(former, replacing(value))

    assert response.status_code == HTTPStatus.CONFLICT
    assert "map externalId to objectId" in response.json()["detail"]
    assert link().attributes["externalId"] == OLD


@pytest.mark.parametrize("before", [{}, {"externalId": "ann"}])
def test_a_corrected_mapping_is_no_other_person(scim, contoso, before):
    """From a mailNickname or nothing to the object ID; the event names it."""
    person = scim.post("/Users", body(**before)).json()
    path = f"/Users/{person['id']}"

    assert scim.patch(path, replacing(NEW)).json()["externalId"] == NEW

    assert sign_ins.person_of(contoso, NEW).pk == uuid.UUID(person["id"])
    event = ProvisioningEvent.objects.get(kind="updated")
    assert sentence_of(event) == "Ann Old: externalId changed"
    assert scim.patch(path, replacing(THIRD)).status_code == HTTPStatus.CONFLICT


def test_the_event_of_a_return_names_a_changed_identity(scim, contoso):
    """It is the only trace that somebody else may have come."""
    person = scim.post("/Users", body(externalId="ann")).json()
    path = f"/Users/{person['id']}"
    scim.patch(path, OUT)
    rename = {"op": "Replace", "path": "userName", "value": "annie"}

    scim.patch(path, BACK, replacing(NEW), rename)

    event = ProvisioningEvent.objects.get(kind="reactivated")
    assert sentence_of(event) == "Ann Old: reactivated; externalId, userName changed"


def test_deactivation_wins_over_a_replaced_object_id(scim, former):
    """The person goes out; nothing else of the request is theirs."""
    scim.patch(former, BACK)
    _columns, document, _groups = state()
    rename = {"op": "Replace", "path": "displayName", "value": "Ann New"}

    response = scim.patch(former, replacing(NEW), rename, OUT)

    assert response.status_code == HTTPStatus.OK
    columns, after, groups = state()
    assert not columns["is_active"]
    assert groups == []
    assert after == {**document, "active": False}
    event = ProvisioningEvent.objects.filter(kind="deactivated").first()
    kept = [item["attribute"] for item in event.changes["kept"]]
    assert kept == ["displayName", "externalId"]


class TestRemedy:
    """An administrator decides in the tab which of the two it is."""

    @pytest.fixture
    def admin_client(self, contoso):
        """Somebody who may change the tab."""
        boss = UserFactory(
            email="boss@contoso.example",
            environment=contoso,
            is_staff=True,
            is_superuser=True,
        )
        client = Client()
        client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
        return client

    @pytest.fixture
    def page(self, scim, former, contoso):
        """The page of the person for whom another object ID came."""
        response = scim.patch(former, replacing(NEW), BACK)
        assert response.status_code == HTTPStatus.CONFLICT
        return tab(contoso, f"people/{link().pk}/")

    def test_events_findings_and_people_lead_to_it(
        self, admin_client, contoso, former, page
    ):
        """From each of them it is a click or two."""
        name = link().display_name
        listed = tab(contoso, "people/?status=waiting")
        for path in ("", "events/"):
            assert listed in admin_client.get(tab(contoso, path)).content.decode()
        assert name in admin_client.get(listed).content.decode()
        content = admin_client.get(page).content.decode()
        assert NEW in content
        for action in ("same/", "set-aside/"):
            assert f"{page}{action}" in content

    def test_the_same_person_keeps_the_account(
        self, admin_client, scim, contoso, former, page
    ):
        """Entra's next cycle succeeds, and the former object ID opens nothing."""
        user = link().user
        assert NEW in admin_client.get(f"{page}same/").content.decode()

        admin_client.post(f"{page}same/", {"object_id": NEW})

        assert sign_ins.person_of(contoso, OLD) is None
        assert scim.filter(f'externalId eq "{NEW}"') == [str(link().pk)]
        assert not link().user.is_active  # until Entra says otherwise
        event = ProvisioningEvent.objects.get(kind="object_id_accepted")
        assert "externalId changed" in sentence_of(event)
        response = scim.patch(former, replacing(NEW), BACK)
        assert response.status_code == HTTPStatus.OK
        assert sign_ins.person_of(contoso, NEW).user == user
        assert "set-aside/" not in admin_client.get(page).content.decode()
        assert scim.patch(former, replacing(OLD)).status_code == HTTPStatus.CONFLICT

    @pytest.mark.parametrize("seen", ["", OLD, THIRD, "ann"])
    def test_only_what_was_seen_is_accepted(self, admin_client, former, page, seen):
        """Another one may have come since the page was opened."""
        admin_client.post(f"{page}same/", {"object_id": seen})

        assert link().attributes["externalId"] == OLD

    def test_somebody_else_gets_an_account_of_their_own(
        self, admin_client, scim, contoso, former, page
    ):
        """The former account keeps its data, and neither its name nor its address."""
        user = link().user
        assert "no mail" in admin_client.get(f"{page}set-aside/").content.decode()

        admin_client.post(f"{page}set-aside/")

        assert scim.get(former).status_code == HTTPStatus.NOT_FOUND
        assert scim.filter(f'userName eq "{ADDRESS}"') == []
        user.refresh_from_db()
        assert not user.is_active
        for value in (user.get_username(), user.email):
            assert value.startswith(ADDRESS)
            assert value.endswith(".invalid")
        user.full_clean(exclude=["password"])
        event = ProvisioningEvent.objects.get(kind="set_aside")
        assert event.name == "Ann Old"
        response = scim.post("/Users", body(externalId=NEW))
        assert response.status_code == HTTPStatus.CREATED
        assert link().user != user
        assert link().user.email == ADDRESS
        local = admin_client.get(tab(contoso, "people/local/")).content.decode()
        assert "Set aside" in local

    def test_long_names_are_set_aside_too(self, admin_client, scim, contoso):
        long = f"{'x' * 130}@contoso.example"
        path = f"/Users/{scim.post('/Users', body(long, externalId=OLD)).json()['id']}"
        scim.patch(path, replacing(NEW))

        admin_client.post(tab(contoso, f"people/{link().pk}/set-aside/"))

        user = get_user_model().objects.get(email__startswith="xxx")
        user.full_clean(exclude=["password"])
        assert scim.post("/Users", body(long, externalId=NEW)).status_code == 201

    def test_a_post_that_was_refused_waits_as_well(
        self, admin_client, scim, contoso, former
    ):
        """Where externalId is matched, the new person arrives as one."""
        assert scim.post("/Users", body(externalId=NEW)).status_code == 409

        page = tab(contoso, f"people/{link().pk}/")
        admin_client.post(f"{page}set-aside/")

        assert scim.post("/Users", body(externalId=NEW)).status_code == 201

    def test_nothing_waits_once_the_address_has_moved_on(
        self, admin_client, scim, contoso
    ):
        """A colleague got the address of somebody who is renamed a little later."""
        first = scim.post("/Users", body(externalId=OLD)).json()
        assert scim.post("/Users", body(externalId=NEW)).status_code == 409

        moved = {"op": "Replace", "value": {"userName": "ann2@contoso.example"}}
        mail = {
            "op": "Replace",
            "path": 'emails[type eq "work"].value',
            "value": "ann2@contoso.example",
        }
        assert scim.patch(f"/Users/{first['id']}", moved, mail).status_code == 200

        page = tab(contoso, f"people/{first['id']}/")
        assert NEW not in admin_client.get(page).content.decode()
        assert scim.post("/Users", body(externalId=NEW)).status_code == 201

    def test_of_a_person_who_is_the_admin_now_is_not_possible(
        self, admin_client, former, page
    ):
        """A visitor of the tab renames no Admin, and gives them to nobody."""
        user = link().user
        user.is_superuser = True
        user.save()
        before = state()

        admin_client.post(f"{page}same/", {"object_id": NEW})
        admin_client.post(f"{page}set-aside/")

        assert state() == before

    def test_of_a_foreign_person_is_not_possible(
        self, several_environments, admin_client, former, page, contoso, fabrikam
    ):
        """The pages of another environment know nothing of them."""
        foreign = tab(fabrikam, f"people/{link().pk}/")

        for action in ("same/", "set-aside/"):
            response = admin_client.post(f"{foreign}{action}", {"object_id": NEW})
            assert response.status_code == HTTPStatus.NOT_FOUND
        assert link().attributes["externalId"] == OLD
        provisioning.release(contoso, link().pk)
        mark = ReleasedUser.objects.get()
        response = admin_client.post(
            tab(fabrikam, f"people/released/{mark.pk}/set-aside/")
        )
        assert response.status_code == HTTPStatus.NOT_FOUND
        mark.refresh_from_db()
        assert not mark.is_set_aside

    def test_a_former_person_can_be_set_aside(
        self, admin_client, scim, contoso, former
    ):
        """Entra deleted somebody, and a new employee has their address."""
        scim.delete(former)
        assert scim.post("/Users", body(externalId=NEW)).status_code == 409
        mark = ReleasedUser.objects.get()
        path = f"people/released/{mark.pk}/set-aside/"
        assert path in admin_client.get(tab(contoso, "people/local/")).content.decode()

        admin_client.post(tab(contoso, path))

        mark.refresh_from_db()
        assert mark.user.email.endswith(".invalid")
        assert mark.is_set_aside
        assert ProvisioningEvent.objects.get(kind="set_aside").user == mark.user
        assert scim.post("/Users", body(externalId=NEW)).status_code == 201
        assert link().user != mark.user

    def test_a_former_person_who_is_active_again_is_not(
        self, admin_client, scim, contoso, former
    ):
        """Somebody gave them access by hand; their address is in use."""
        scim.delete(former)
        mark = ReleasedUser.objects.get()
        get_user_model().objects.update(is_active=True)

        admin_client.post(tab(contoso, f"people/released/{mark.pk}/set-aside/"))

        mark.user.refresh_from_db()
        assert mark.user.email == ADDRESS
