"""Linking changes the username; nobody has to know before Entra sign-in is active."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import aauthenticate, authenticate, get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from entra_scim.models import EntraConnection, ProvisionedUser
from entra_scim.sign_in import gate
from tests.support.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("several_environments")]


def provision(scim, email, **attributes):
    response = scim.post("/Users", {"userName": email, "active": True, **attributes})
    assert response.status_code == 201, response.content
    return f"/Users/{response.json()['id']}"


def signs_in_as(typed, password="secret"):
    """Return who comes in by the sign-in form, or None."""
    client = Client()
    client.post(reverse("login"), {"username": typed, "password": password})
    return client.session.get("_auth_user_id")


def turn_on(environment):
    now = timezone.now()
    EntraConnection.objects.update_or_create(
        environment=environment, defaults={"activated_at": now, "confirmed_at": now}
    )


def turn_off(environment):
    EntraConnection.objects.filter(environment=environment).update(
        activated_at=None, confirmed_at=None
    )


def test_what_people_type_works_until_activation_and_after_it(scim, ann, contoso):
    """Their former username, and the address that is their username now."""
    me = str(ann.pk)
    assert signs_in_as("ann") == me

    provision(scim, "ann@contoso.example")

    ann.refresh_from_db()
    assert ann.username == "ann@contoso.example"
    assert [signs_in_as("ann"), signs_in_as("ann@contoso.example")] == [me, me]
    assert signs_in_as("ann", "wrong") is None

    turn_on(contoso)
    assert [signs_in_as("ann"), signs_in_as("ann@contoso.example")] == [None, None]

    turn_off(contoso)
    assert [signs_in_as("ann"), signs_in_as("ann@contoso.example")] == [me, me]


def test_a_leaver_s_former_username_opens_nothing(scim, ann):
    path = provision(scim, "ann@contoso.example")

    scim.patch(path, {"op": "replace", "path": "active", "value": False})
    get_user_model().objects.filter(pk=ann.pk).update(is_active=True)

    assert signs_in_as("ann") is None


def test_whoever_has_the_name_now_is_meant(scim, ann, contoso):
    """A new account may get it; the former owner's password opens nothing by it."""
    provision(scim, "ann@contoso.example")
    other = UserFactory(
        email="other@contoso.example",
        username="ann",
        password="other's",
        environment=contoso,
    )

    assert signs_in_as("ann", "other's") == str(other.pk)
    assert signs_in_as("ann", "secret") is None


def test_two_who_had_names_that_differ_in_case(scim, contoso, ann):
    """Each has their own; a third spelling is nobody's."""
    # One after the other: MariaDB keeps no two such usernames at a time.
    provision(scim, "ann@contoso.example")
    upper = UserFactory(
        email="upper@contoso.example", username="Ann", environment=contoso
    )
    provision(scim, "upper@contoso.example")

    assert signs_in_as("ann") == str(ann.pk)
    assert signs_in_as("Ann") == str(upper.pk)
    assert signs_in_as("ANN") is None


def test_later_changes_of_address_keep_the_former_username(scim, ann):
    path = provision(scim, "ann@contoso.example")
    scim.patch(
        path,
        {"op": "replace", "path": "userName", "value": "ann.smith@contoso.example"},
    )

    assert signs_in_as("ann") == str(ann.pk)
    assert signs_in_as("ann.smith@contoso.example") == str(ann.pk)


def test_who_was_created_by_entra_has_no_former_username(scim):
    provision(scim, "eve@contoso.example")

    assert ProvisionedUser.objects.get().former_username_key is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["ann", "Ann@Contoso.example"])
def test_an_address_that_differs_in_case_only_stays(scim, contoso, name):
    """Django compares usernames with case: the product's spelling is what is typed."""
    user = UserFactory(email="Ann@Contoso.example", username=name, environment=contoso)

    path = provision(scim, "ann@contoso.example", displayName="Ann")
    user.refresh_from_db()
    linked = (user.email, user.username)
    scim.patch(
        path, {"op": "replace", "path": "userName", "value": "ANN@contoso.example"}
    )

    user.refresh_from_db()
    assert linked == ("Ann@Contoso.example", "Ann@Contoso.example")
    assert user.email == "Ann@Contoso.example"
    assert signs_in_as(name) == str(user.pk)
    assert scim.get(path).json()["userName"] == "ANN@contoso.example"


def test_programs_sign_in_as_before(scim, ann):
    """Whatever calls authenticate(), by the name of the field as well."""
    provision(scim, "ann@contoso.example")

    assert authenticate(username="ann", password="secret") == ann
    assert authenticate(username="ann", password="wrong") is None


@pytest.mark.django_db(transaction=True)
def test_asynchronous_programs_too(scim, ann):
    provision(scim, "ann@contoso.example")

    assert async_to_sync(aauthenticate)(username="ann", password="secret") == ann


def test_it_costs_one_statement(scim, ann, django_assert_num_queries):
    """Of an index, for a name that nobody had."""
    provision(scim, "ann@contoso.example")

    with django_assert_num_queries(1):
        assert gate.current_username("bob") == "bob"
