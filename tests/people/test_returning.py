"""People who come back, or who were inactive."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from entra_scim.models import ProvisionedUser, ProvisioningEvent, ReleasedUser
from tests.support.linking import assert_refused, body, email_of

pytestmark = pytest.mark.django_db


class TestReturn:
    def released(self, scim, address, external_id="same"):
        response = scim.post("/Users", body(address, externalId=external_id))
        scim.delete(f"/Users/{response.json()['id']}")
        return response.json()["id"]

    def test_the_same_external_id_brings_the_person_back(self, scim, ann):
        """The account is theirs again, as another resource."""
        former = self.released(scim, email_of(ann))
        ann.refresh_from_db()
        assert not ann.is_active

        response = scim.post("/Users", body(email_of(ann), externalId="same"))

        assert response.status_code == HTTPStatus.CREATED
        assert response.json()["id"] != former
        assert ProvisionedUser.objects.get().user == ann
        ann.refresh_from_db()
        assert ann.is_active
        assert not ReleasedUser.objects.exists()

    @pytest.mark.parametrize("external_id", ["another", "SAME", None])
    def test_nobody_else_inherits_the_account(self, scim, ann, external_id):
        """A new employee with a former one's address gets nothing of theirs."""
        self.released(scim, email_of(ann))
        attributes = {} if external_id is None else {"externalId": external_id}

        response = scim.post("/Users", body(email_of(ann), **attributes))

        assert_refused(response, "address_released")
        ann.refresh_from_db()
        assert not ann.is_active

    def test_somebody_released_without_external_id_stays_out(self, scim, ann):
        """Nothing tells whether it is the same person."""
        response = scim.post("/Users", body(email_of(ann)))
        scim.delete(f"/Users/{response.json()['id']}")

        assert_refused(scim.post("/Users", body(email_of(ann))), "address_released")


def kinds():
    return list(
        ProvisioningEvent.objects.exclude(user=None)
        .order_by("pk")
        .values_list("kind", flat=True)
    )


def test_an_inactive_local_person_is_reactivated(scim, ann):
    """Entra leads from the link on, and the story says so."""
    ann.is_active = False
    ann.save()

    scim.post("/Users", body(email_of(ann)))

    ann.refresh_from_db()
    assert ann.is_active
    assert kinds() == ["linked", "reactivated"]


def test_a_person_can_be_linked_as_inactive(scim, ann):
    """Somebody who is disabled in Entra is out here at once, with an event."""
    response = scim.post("/Users", body(email_of(ann), active=False))

    assert response.json()["active"] is False
    ann.refresh_from_db()
    assert not ann.is_active
    assert kinds() == ["linked", "deactivated"]


def test_linking_alone_is_one_event(scim, ann):
    """An active person who stays active is linked, and that is all."""
    scim.post("/Users", body(email_of(ann)))

    assert kinds() == ["linked"]
