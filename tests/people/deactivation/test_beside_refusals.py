"""Deactivation beside what is refused: by POST, by the policy, by the database."""

from __future__ import annotations

import pytest
from django.db import DataError, connection

from entra_scim.exceptions import AddressNotOwned
from entra_scim.models import ProvisionedUser
from entra_scim.policy import ProvisioningPolicy
from entra_scim.story.sentences import sentence_of
from tests.support.deactivation import CARRIERS

pytestmark = pytest.mark.django_db


def test_a_post_with_a_wrong_rest_creates_nobody(scim, ann):
    """There is nobody of Entra's to be put out."""
    response = scim.post(
        "/Users", {"userName": ann.email, "title": {"a": 1}, "active": False}
    )

    assert response.status_code == 400
    ann.refresh_from_db()
    assert ann.is_active


OBJECT_ID = "1f6bc7d6-0bb3-4a0a-8d3b-3c2e2f1c9a11"


@pytest.mark.parametrize("external_id", [OBJECT_ID, OBJECT_ID.upper()])
def test_a_post_of_somebody_who_is_here_by_the_object_id(
    several_environments, scim, foreign_scim, linked, is_out, external_id
):
    """Entra has lost the resource, and says that the person has left."""
    scim.patch(linked, {"op": "Replace", "path": "externalId", "value": OBJECT_ID})
    leaver = {"userName": "ann.smith@contoso.example", "externalId": external_id}
    leaver["active"] = False
    assert foreign_scim.post("/Users", leaver).status_code == 201
    assert scim.post("/Users", {**leaver, "active": True}).status_code == 409
    assert scim.get(linked).json()["active"]

    for _cycle in range(2):
        answer = scim.post("/Users", {**leaver, "userName": "x@contoso.example"})
        assert answer.status_code == 409

    event = is_out(scim.get(linked), "externalId")
    assert "left out" in sentence_of(event)


def test_a_post_with_the_nickname_of_a_colleague_puts_nobody_out(scim, ann, linked):
    """Only an object ID says who it is."""
    leaver = {"userName": "x@contoso.example", "externalId": "ann", "active": False}

    assert scim.post("/Users", leaver).status_code == 409

    assert scim.get(linked).json()["active"]


def test_roles_that_cannot_be_read_decide_nothing(scim, ann, roles):
    """Groups from before any roles come back, as after any deactivation."""
    ann.groups.add(roles["Viewer"].group)
    response = scim.post("/Users", {"userName": ann.email})
    path = f"/Users/{response.json()['id']}"

    scim.patch(path, {"op": "Replace", "path": "roles", "value": [7, []]}, CARRIERS[0])
    assert not ann.groups.exists()
    scim.patch(path, {"op": "Replace", "path": "active", "value": "True"})

    assert ann.groups.get() == roles["Viewer"].group
    assert ProvisionedUser.objects.get().roles_received_at is None


class Strict(ProvisioningPolicy):
    """A product that refuses a title at the very end."""

    def apply_profile(self, user, attributes):
        if attributes.get("title") == "Refused":
            raise AddressNotOwned


def test_for_what_the_policy_refuses(scim, linked, is_out, settings):
    """The product's own refusals come late; the rest is left out as a whole then."""
    settings.ENTRA_SCIM_POLICY = "tests.people.deactivation.test_beside_refusals.Strict"
    title = {"op": "Replace", "path": "title", "value": "Refused"}
    assert scim.patch(linked, title).status_code == 400

    event = is_out(scim.patch(linked, title, CARRIERS[0]))

    assert "left out" in sentence_of(event)


def test_for_what_the_database_refuses(scim, linked, is_out):
    """A value that only the database finds to be out of range."""

    def refuse(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "far@x.example" in params:
            raise DataError("out of range")
        return execute(sql, params, many, context)

    name = {"op": "Replace", "path": "userName", "value": "far@x.example"}
    with connection.execute_wrapper(refuse):
        event = is_out(scim.patch(linked, name, CARRIERS[0]))

    assert "left out" in sentence_of(event)
