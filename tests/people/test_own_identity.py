"""Products that know people by other names than Entra, and take in whom they know."""

from __future__ import annotations

import sys

import pytest
from django.contrib.auth import get_user_model
from django.db import models
from django.utils.module_loading import import_string

from entra_scim.conf import conf
from entra_scim.models import ProvisionedUser
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db

OBJECT_ID = "b7f2ad1c-38b4-4a6d-8d9d-1a2b3c4d5e6f"
HAS_USERNAME = get_user_model().USERNAME_FIELD != "email"


@pytest.fixture
def policy(settings):
    """Add hooks to the policy that the product has."""

    def add(**hooks):
        base = import_string(conf.POLICY)
        sys.modules[__name__].Own = type("Own", (base,), hooks)
        settings.ENTRA_SCIM_POLICY = f"{__name__}.Own"

    return add


def lower(self, address):
    return address.lower()


def kept(self, user, username):
    return user.get_username() if user else f"u-{len(username)}"


def knows(user):
    """Return a hook that knows a person by their object ID."""

    def find_person(self, environment, attributes):
        return user if attributes.get("externalId") == OBJECT_ID else None

    return find_person


def create(scim, name="Eve@Contoso.example", **attributes):
    return scim.post("/Users", {"userName": name, **attributes})


def again(user):
    return get_user_model()._base_manager.get(pk=user.pk)


class TestAddresses:
    def test_in_lower_case(self, scim, policy):
        """A log-in that looks up ``eve@…`` finds her, at first and once renamed."""
        policy(address_for=lower)

        created = create(scim).json()
        user = get_user_model().objects.get()
        assert {user.email, user.get_username()} == {"eve@contoso.example"}
        assert created["userName"] == "Eve@Contoso.example"

        renamed = {
            "op": "Replace",
            "path": "userName",
            "value": "Eve.X@Contoso.example",
        }
        assert scim.patch(f"/Users/{created['id']}", renamed).status_code == 200
        user = again(user)
        assert {user.email, user.get_username()} == {"eve.x@contoso.example"}

    def test_whatever_is_there_stays_if_only_case_differs(self, scim, ann, policy):
        policy(address_for=lower)

        assert create(scim, "ANN@contoso.example").status_code == 201

        assert again(ann).email == "ann@contoso.example"

    def test_another_address_is_no_other_form(self, scim, policy, caplog):
        """It could be somebody else's."""
        policy(address_for=lambda self, address: address.replace("Eve", "Ann"))

        assert create(scim).status_code == 500
        assert "upper and lower case" in caplog.text
        assert not get_user_model().objects.exists()


@pytest.mark.skipif(not HAS_USERNAME, reason="The username is the e-mail address.")
class TestUsernames:
    def test_people_keep_theirs(self, scim, ann, policy):
        """When they are linked, and when Entra changes their address."""
        policy(username_for=kept)

        linked = create(scim, ann.email).json()
        renamed = {"op": "Replace", "path": "userName", "value": "as@contoso.example"}
        assert scim.patch(f"/Users/{linked['id']}", renamed).status_code == 200

        assert (again(ann).username, again(ann).email) == ("ann", "as@contoso.example")
        assert ProvisionedUser.objects.get().former_username == ""

    def test_somebody_new_gets_the_product_s(self, scim, policy):
        policy(username_for=kept)

        assert create(scim).status_code == 201

        assert get_user_model().objects.get().username == "u-19"

    def test_one_that_is_taken_is_a_conflict(self, scim, policy):
        policy(username_for=lambda self, user, username: "all")

        assert create(scim).status_code == 201
        assert create(scim, "ann@contoso.example").status_code == 409
        assert get_user_model().objects.count() == 1

    def test_one_that_does_not_fit_is_refused(self, scim, policy):
        policy(username_for=lambda self, user, username: "x" * 999)

        refused = create(scim)

        assert refused.status_code == 400
        assert "longer" in refused.json()["detail"]

    def test_a_short_one_makes_long_addresses_possible(self, scim, policy):
        """What counts is what is kept."""
        policy(username_for=kept)

        assert create(scim, f"{'x' * 60}@{'y.' * 60}example").status_code == 201

    def test_they_stay_in_an_exchange_of_addresses(self, scim, ann, bob, policy):
        """Nobody gets a username that is made up for the time between."""
        policy(username_for=kept)
        one = create(scim, "ann@contoso.example").json()["id"]
        other = create(scim, "bob@contoso.example").json()["id"]

        def renamed(person, value):
            change = {"op": "Replace", "path": "userName", "value": value}
            return scim.patch(f"/Users/{person}", change).status_code

        assert renamed(one, "bob@contoso.example") == 409
        assert renamed(other, "ann@contoso.example") == 200

        names = get_user_model().objects.values_list("username", "email")
        assert set(names) == {
            ("ann", "bob@contoso.example"),
            ("bob", "ann@contoso.example"),
        }


class TestFinding:
    def test_by_the_object_id(self, scim, ann, policy):
        """The address has changed since; no second account is made."""
        policy(find_person=knows(ann))

        response = create(scim, externalId=OBJECT_ID)

        assert response.status_code == 201
        assert ProvisionedUser.objects.get().user == ann
        assert again(ann).email == "Eve@Contoso.example"

    def test_others_are_found_by_their_address(self, scim, ann, policy):
        policy(find_person=knows(ann))

        create(scim, "bob@contoso.example", externalId=OBJECT_ID.replace("b", "c"))

        assert ProvisionedUser.objects.get().user != ann

    def test_an_address_that_somebody_else_has(self, scim, ann, bob, policy):
        """Neither is linked."""
        policy(find_person=knows(ann))

        response = create(scim, bob.email, externalId=OBJECT_ID)

        assert response.status_code == 409
        assert not ProvisionedUser.objects.exists()
        assert again(ann).email == "ann@contoso.example"

    def test_the_admin_is_out_of_reach(self, scim, admin, policy):
        policy(find_person=knows(admin))

        assert create(scim, externalId=OBJECT_ID).status_code == 409

    def test_people_of_others_are_out_of_reach(self, scim, carol, policy):
        """Nothing is told of them."""
        policy(find_person=knows(carol))

        response = create(scim, externalId=OBJECT_ID)

        assert response.status_code == 409
        assert "cannot manage" in response.json()["detail"]
        assert again(carol).email == "carol@fabrikam.example"

    def test_somebody_linked_is_not_linked_twice(self, scim, ann, policy):
        create(scim, ann.email)
        policy(find_person=knows(ann))

        assert create(scim, externalId=OBJECT_ID).status_code == 409


def adopt(self, user, environment):
    environment.members.add(user)


@pytest.mark.usefixtures("several_environments")
class TestAdopting:
    @pytest.fixture
    def nobody_s(self, contoso):
        """Somebody who belongs to no customer."""
        return UserFactory(email="left@contoso.example")

    def test_by_default_they_are_refused(self, scim, nobody_s):
        assert create(scim, nobody_s.email).status_code == 409

    def test_they_belong_once_they_are_adopted(self, scim, contoso, nobody_s, policy):
        policy(adopt=adopt)

        assert create(scim, nobody_s.email).status_code == 201

        assert list(contoso.members.all()) == [nobody_s]

    def test_people_of_another_customer_are_not(self, scim, contoso, carol, policy):
        policy(adopt=adopt)

        assert create(scim, carol.email).status_code == 409
        assert not contoso.members.exists()

    def test_a_refusal_undoes_it(self, scim, contoso, nobody_s, policy):
        """They have the username, and another address: they are not the person."""
        policy(adopt=adopt)
        get_user_model().objects.filter(pk=nobody_s.pk).update(
            username="eve@contoso.example"
        )

        assert create(scim, "eve@contoso.example").status_code == 409
        assert not contoso.members.exists()


class Shown(models.Manager):
    """Hides people, as products do whose users are deleted softly."""

    def get_queryset(self):
        return super().get_queryset().exclude(email__startswith="ann")


@pytest.fixture
def hiding(monkeypatch):
    manager = Shown()
    manager.model = get_user_model()
    monkeypatch.setattr(get_user_model()._meta, "default_manager", manager)


def test_somebody_hidden_is_linked_only_by_the_product(scim, ann, policy, hiding):
    """Else they would be active for Entra, and deleted for the product."""
    assert create(scim, ann.email, externalId=OBJECT_ID).status_code == 409

    policy(find_person=knows(ann))

    assert create(scim, ann.email, externalId=OBJECT_ID).status_code == 201
