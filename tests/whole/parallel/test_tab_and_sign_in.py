"""What administrators do at the same time, and people who sign in."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth import authenticate, get_user_model

from entra_scim.models import (
    AccessKey,
    EntraConnection,
    ProvisioningEvent,
)
from entra_scim.oidc import turns
from entra_scim.sign_in import proofs, sessions
from tests.conftest import client_of
from tests.support.factories import RoleFactory
from tests.support.races import (
    ROUNDS,
    SET_UP_ROUNDS,
    by_product,
    create,
    replace,
    together,
)
from tests.support.sessions import user_of
from tests.support.tab import client_for, saved, tab

pytestmark = pytest.mark.django_db(transaction=True)


REFUSALS = max(1, ROUNDS // 5)


def test_a_turn_is_taken_once():
    """Whatever is done at the same time, and whatever the isolation is."""
    for number in range(ROUNDS):
        for lasts in (-1, 60):  # a turn that is over by then is taken again
            taken = together(
                *[partial(turns.take, f"{number}", timedelta(seconds=lasts))] * 4
            )

            assert taken.count(True) >= 1 if lasts < 0 else taken.count(True) == 1


def test_keys_used_for_the_first_time_at_once(contoso, caplog):
    """Each is noted, the newest replaces the others, and nothing has to be repeated."""
    for _ in range(ROUNDS):
        AccessKey.objects.all().delete()
        clients = [client_of(contoso) for _ in range(4)]

        answers = together(*(partial(client.get, "/Users") for client in clients))

        assert {answer.status_code for answer in answers} == {200}
        keys = AccessKey.objects.order_by("pk")
        assert all(key.first_used_at for key in keys)
        assert [key.replaced_at is None for key in keys] == [False] * 3 + [True]
    assert "Could not note the use" not in caplog.text


def test_a_role_and_its_people_made_at_once(scim, contoso):
    """In any order, people with the value have the group."""
    path = create(scim, "x", roles=[])

    for number in range(ROUNDS):
        value = f"Role{number}"
        _, created, patched = together(
            lambda: RoleFactory(environment=contoso, value=value),
            lambda: scim.post(
                "/Users",
                {
                    "userName": f"p{number}@contoso.example",
                    "roles": [{"value": value}],
                },
            ),
            lambda: scim.patch(path, replace("roles", [{"value": value}])),
        )

        assert (created.status_code, patched.status_code) == (201, 200)
        for address in (f"p{number}@contoso.example", "px@contoso.example"):
            user = get_user_model().objects.get(email=address)
            assert [group.name for group in user.groups.all()] == [value]


def test_leaving_against_a_role(scim, contoso):
    """Somebody who is out has no group of a role, in any order."""
    for number in range(ROUNDS):
        path = create(scim, number, roles=[{"value": f"Role{number}"}])

        together(
            lambda: RoleFactory(environment=contoso, value=f"Role{number}"),
            lambda: scim.patch(path, replace("active", "False")),
        )

        user = get_user_model().objects.get(email=f"p{number}@contoso.example")
        assert not user.is_active
        assert not user.groups.exists()


def test_one_refusal_many_times_at_once_is_one_event(scim, admin):
    """The count is right too."""
    for _ in range(REFUSALS):
        together(*[lambda: scim.post("/Users", {"userName": admin.email})] * 4)

    event = ProvisioningEvent.objects.get(reason="address_exempt")
    assert event.count == REFUSALS * 4


def test_two_may_save_the_connection_at_once(contoso, admin):
    """Or one of them twice: nobody sees an error, and one of both is kept."""
    for _ in range(SET_UP_ROUNDS):
        EntraConnection.objects.all().delete()
        # Who proved who they are has ten minutes for it: not enough for all rounds.
        clients = [client_for(admin), client_for(admin)]
        forms = [saved(), saved()]
        answers = together(
            *(
                lambda client=client, form=form: client.post(
                    tab(contoso, "connection/"), form
                )
                for client, form in zip(clients, forms, strict=True)
            )
        )

        assert [answer.status_code for answer in answers] == [302, 302]
        settings = EntraConnection.objects.get()
        assert (str(settings.client_id), str(settings.tenant_id)) in [
            (form["client_id"], form["tenant_id"]) for form in forms
        ]


def test_leaving_against_a_product_that_saves(scim, ann, settings):
    """In any order, the leaver is out, and the account says so in the end."""
    settings.ROOT_URLCONF = "tests.support.urls"
    path = create(scim, 0, userName=ann.email)
    people = get_user_model().objects
    for _number in range(SET_UP_ROUNDS):
        scim.patch(path, replace("active", "True"))
        client = client_for(people.get(pk=ann.pk))
        stale = people.get(pk=ann.pk)
        name = stale.get_username()

        together(
            partial(by_product, stale.save),
            lambda: scim.patch(path, replace("active", "False")),
            lambda name=name: authenticate(username=name, password="secret"),
            lambda client=client: user_of(client),
        )

        assert user_of(client) is None
        assert authenticate(username=name, password="secret") is None
        assert not people.get(pk=ann.pk).is_active


def test_guesses_at_once_are_counted(contoso, admin):
    """No more passwords are looked at than one after the other."""
    clients = [client_for(admin) for _number in range(8)]
    for client in clients:
        session = client.session
        session[sessions.PROVED_AT] = 0
        session.save()

    together(
        *(
            lambda client=client: client.post(
                tab(contoso, "keys/"), {"own_password": "guess"}
            )
            for client in clients
        )
    )

    wrong = ProvisioningEvent.objects.filter(kind="wrong_password")
    assert wrong.count() == proofs.MOST_BY_ONE
