"""An object ID never changes for one person."""

from __future__ import annotations

import uuid
from http import HTTPStatus

import pytest

from entra_scim.models import ProvisioningEvent
from entra_scim.sign_in import sign_ins
from entra_scim.story.sentences import sentence_of
from tests.support.identity import (
    BACK,
    NEW,
    OLD,
    OUT,
    THIRD,
    body,
    link,
    replacing,
    state,
)

pytestmark = pytest.mark.django_db


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
