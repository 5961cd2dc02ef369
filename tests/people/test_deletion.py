"""People whom Entra deletes, at once or after a while."""

from __future__ import annotations

import uuid

import pytest

from entra_scim.models import ProvisionedUser, ProvisioningEvent, ReleasedUser
from tests.support.factories import RoleFactory
from tests.support.leaving import BACK, OUT, create

pytestmark = pytest.mark.django_db


@pytest.fixture
def linked(scim, ann):
    """Ann, linked and in with role Viewer."""
    return create(scim, ann.email)


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

    def test_deleting_the_person_by_hand_ends_the_link(
        self, scim, ann, linked, settings
    ):
        """A local act that a product has to allow; Entra may create them anew."""
        settings.ENTRA_SCIM_PROTECTION = []
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
