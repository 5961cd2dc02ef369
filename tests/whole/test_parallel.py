"""Parallel requests lose nothing: each end is one that some order would give."""

from __future__ import annotations

import os
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from copy import copy
from datetime import timedelta
from functools import partial

import pytest
from django.apps import apps
from django.contrib.auth import authenticate, get_user_model
from django.db import IntegrityError, OperationalError, connections
from django.db.models import Q

from entra_scim.environments import emptying
from entra_scim.exceptions import NotProvisioned
from entra_scim.models import (
    AccessKey,
    EntraConnection,
    ProvisionedUser,
    ProvisioningEvent,
    ReleasedUser,
    RoleAssignment,
)
from entra_scim.oidc import turns
from entra_scim.people import provisioning
from entra_scim.sign_in import proofs, sessions
from tests.conftest import client_of
from tests.support.factories import RoleFactory, make_environment
from tests.support.sessions import user_of
from tests.support.tab import client_for, saved, tab

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = int(os.environ.get("PARALLEL_ROUNDS", "25"))
# Of what is set up anew for each round, which costs many times the race itself.
SET_UP_ROUNDS = max(10, ROUNDS // 4)
REFUSALS = max(1, ROUNDS // 5)
REPEATED = {"40001"}  # a serialization failure
if os.environ.get("ISOLATION"):
    REPEATED.add("23503")  # a foreign key to what its snapshot lacks


_racers = ThreadPoolExecutor(MOST_AT_ONCE := 8)


def together(*calls):
    """Make calls at the same moment, each in a thread of its own.

    The threads stay, with their connections: each round costs its requests alone.
    """
    start = threading.Barrier(len(calls))

    def run(call):
        start.wait()
        return call()

    return [future.result() for future in [_racers.submit(run, c) for c in calls]]


@pytest.fixture(autouse=True)
def _no_connections_left(transactional_db):
    yield
    together(*[connections.close_all] * MOST_AT_ONCE)


def by_product(work):
    """Do what a product does in a transaction of its own.

    At the levels above READ COMMITTED, PostgreSQL expects a product to repeat it.
    """
    while True:
        try:
            return work()
        except (OperationalError, IntegrityError) as error:
            if getattr(error.__cause__, "sqlstate", None) not in REPEATED:
                raise


def create(scim, number, **attributes):
    response = scim.post(
        "/Users",
        {
            "userName": f"p{number}@contoso.example",
            "externalId": f"id-{number}",
            "displayName": "P",
            **attributes,
        },
    )
    assert response.status_code == 201, response.content
    return f"/Users/{response.json()['id']}"


def replace(path, value):
    return {"op": "Replace", "path": path, "value": value}


def test_patches_of_different_attributes_are_all_kept(scim):
    """No update is lost."""
    path = create(scim, 0)
    attributes = ["title", "nickName", "displayName", "name.familyName"]

    for number in range(ROUNDS):
        answers = together(
            *(
                lambda attribute=attribute: scim.patch(
                    path, replace(attribute, f"{attribute} {number}")
                )
                for attribute in attributes
            )
        )

        assert {answer.status_code for answer in answers} == {200}
        resource = scim.get(path).json()
        assert [
            resource["title"],
            resource["nickName"],
            resource["displayName"],
            resource["name"]["familyName"],
        ] == [f"{attribute} {number}" for attribute in attributes]


def test_posts_of_one_person_make_one(scim):
    """One is created; the others hear 409."""
    for number in range(ROUNDS):
        answers = together(
            *(
                lambda: scim.post(
                    "/Users",
                    {
                        "userName": f"p{number}@contoso.example",
                        "externalId": f"id-{number}",
                        "roles": [{"value": "Viewer"}],
                    },
                )
                for _ in range(4)
            )
        )

        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert ProvisionedUser.objects.count() == ROUNDS
    assert get_user_model().objects.count() == ROUNDS
    assert RoleAssignment.objects.count() == ROUNDS


def test_two_people_do_not_get_one_name(scim):
    """Of two renames to the same name, one is refused."""
    first, second = create(scim, 1), create(scim, 2)

    for number in range(ROUNDS):
        name = f"new{number}@contoso.example"
        answers = together(
            lambda: scim.patch(first, replace("userName", name)),
            lambda: scim.patch(second, replace("userName", name)),
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        users = get_user_model().objects
        assert users.filter(email=name).count() == 1
        names = {scim.get(path).json()["userName"] for path in (first, second)}
        assert len(names) == 2


def mail(address):
    return {
        "op": "Replace",
        "path": 'emails[type eq "work"].value',
        "value": address,
    }


def assert_one_has(address, answers, *made):
    """One of two requests for an address succeeds, the other says why not."""
    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] in made
    assert codes[1] == 409, [answer.content for answer in answers]
    refused = max(answers, key=lambda answer: answer.status_code).json()
    assert refused["scimType"] == "uniqueness"
    # Not what is said when only the database knows.
    assert "already in use here" not in refused["detail"]
    model = get_user_model()
    email, username = model.get_email_field_name(), model.USERNAME_FIELD
    having = Q(**{f"{email}__iexact": address}) | Q(**{f"{username}__iexact": address})
    assert model.objects.filter(having).count() == 1


def spellings(number):
    """Return two of one address: no column of the product's is the same in both."""
    return f"new{number}@contoso.example", f"NEW{number}@CONTOSO.example"


def test_posts_of_one_address_in_two_environments(
    several_environments, scim, foreign_scim
):
    """An address is one account's over all environments."""
    for number in range(ROUNDS):
        one, other = spellings(number)
        answers = together(
            lambda: scim.post("/Users", {"userName": one}),
            lambda: foreign_scim.post("/Users", {"userName": other}),
        )

        assert_one_has(one, answers, 201)


def test_two_people_do_not_get_one_address(scim):
    """Under userNames of their own."""
    first, second = create(scim, 1), create(scim, 2)

    for number in range(ROUNDS):
        one, other = spellings(number)
        answers = together(
            lambda: scim.patch(first, mail(one)),
            lambda: scim.patch(second, mail(other)),
        )

        assert_one_has(one, answers, 200)


def test_people_of_two_environments_do_not_get_one_address(
    several_environments, scim, foreign_scim
):
    first, second = create(scim, 1), create(foreign_scim, 2)

    for number in range(ROUNDS):
        one, other = spellings(number)
        answers = together(
            lambda: scim.patch(first, mail(one)),
            lambda: foreign_scim.patch(second, mail(other)),
        )

        assert_one_has(one, answers, 200)


def test_a_rename_against_somebody_new(scim):
    path = create(scim, "x")

    for number in range(ROUNDS):
        one, other = spellings(number)
        answers = together(
            lambda: scim.patch(path, mail(one)),
            lambda: scim.post("/Users", {"userName": other}),
        )

        assert_one_has(one, answers, 200, 201)


def test_a_rename_against_somebody_new_elsewhere(
    several_environments, scim, foreign_scim
):
    path = create(scim, "x")

    for number in range(ROUNDS):
        one, other = spellings(number)
        answers = together(
            lambda: scim.patch(path, mail(one)),
            lambda: foreign_scim.post("/Users", {"userName": other}),
        )

        assert_one_has(one, answers, 200, 201)


def test_a_look_alike_against_the_letters_that_it_is_like(scim):
    """Whichever is first, the other is refused."""
    for number in range(ROUNDS):
        answers = together(
            lambda: scim.post("/Users", {"userName": f"fiona{number}@contoso.example"}),
            lambda: scim.post(
                "/Users", {"userName": f"\ufb01ona{number}@contoso.example"}
            ),
        )

        assert sorted(answer.status_code for answer in answers) == [201, 409]
        assert get_user_model().objects.count() == number + 1


def test_one_nickname_becomes_one_object_id(scim):
    """Of two object IDs that come at once for one person, one is kept."""
    for number in range(ROUNDS):
        path = create(scim, number)
        object_ids = [str(uuid.uuid4()) for _ in range(2)]
        answers = together(
            *(
                lambda object_id=object_id: scim.patch(
                    path, replace("externalId", object_id)
                )
                for object_id in object_ids
            )
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        [kept] = [answer for answer in answers if answer.status_code == 200]
        assert scim.get(path).json()["externalId"] == kept.json()["externalId"]


def test_a_patch_against_a_delete(scim):
    """Changed and gone, or gone and not found: never half of it."""
    for number in range(ROUNDS):
        path = create(scim, number)

        patched, deleted = together(
            lambda: scim.patch(
                path, replace("displayName", "Changed"), replace("active", "True")
            ),
            lambda: scim.delete(path),
        )

        assert deleted.status_code == 204
        assert patched.status_code in (200, 404)
        assert scim.get(path).status_code == 404
        user = get_user_model().objects.get(email=f"p{number}@contoso.example")
        assert not user.is_active


def test_a_patch_against_an_account_that_the_product_deletes(scim):
    """The product's own deletion never fails for a request of Entra's."""
    for number in range(ROUNDS):
        path = create(scim, number, emails=[{"type": "work", "value": f"{number}@x.y"}])
        user = ProvisionedUser.objects.get(pk=path.rpartition("/")[2]).user

        _deleted, patched = together(
            partial(by_product, user.delete),
            lambda: scim.patch(path, mail("new@x.y"), replace("title", "Boss")),
        )

        assert patched.status_code in (200, 404)
        assert scim.get(path).status_code == 404
        assert not get_user_model().objects.exists()


def environment_with_people(roles):
    """Return an environment, what Entra and an administrator do there, and keys."""
    environment = make_environment(name="Tailspin")
    for value in roles:
        RoleFactory(environment=environment, value=value)
    client, second = client_of(environment), client_of(environment)
    number = environment.pk
    path = create(client, f"{number}", roles=[{"value": roles[0]}])
    left = ProvisionedUser.objects.get(
        pk=create(client, f"{number}-left").rpartition("/")[2]
    ).user
    assert client.delete(f"/Users/{left.provisioned_user.pk}").status_code == 204
    former = ReleasedUser.objects.select_related("environment", "user").get(user=left)
    return environment, [
        lambda: client.patch(path, replace("roles", [{"value": roles[1]}])),
        lambda: client.post("/Users", {"userName": f"n{number}@contoso.example"}),
        lambda: second.get("/Users"),
        lambda: provisioning.forget(former),
    ]


def assert_nothing_is_left(environment):
    models = apps.get_app_config("entra_scim").get_models()
    for model in (one for one in models if hasattr(one, "environment")):
        assert not model._default_manager.filter(environment=environment.pk).exists()
    assert not type(environment).objects.filter(pk=environment.pk).exists()


def test_an_environment_deleted_in_use(several_environments):
    """It goes whatever happens in it, and what happens is done or not found."""
    for number in range(SET_UP_ROUNDS):
        environment, acts = environment_with_people([f"A{number}", f"B{number}"])

        _, patched, posted, listed, _ = together(
            partial(emptying.delete, copy(environment)),
            *acts[:3],
            lambda forget=acts[3]: suppressing(NotProvisioned, forget),
        )

        assert patched.status_code in (200, 401, 404), patched.content
        assert posted.status_code in (201, 401, 404), posted.content
        assert listed.status_code in (200, 401)
        assert_nothing_is_left(environment)


def test_an_environment_that_the_product_deletes_in_use(several_environments):
    """What Entra adds after Django has looked what there is goes with it."""
    for number in range(SET_UP_ROUNDS):
        environment, acts = environment_with_people([f"A{number}", f"B{number}"])

        _, patched, listed, _ = together(
            partial(by_product, copy(environment).delete),
            acts[0],
            acts[2],
            lambda forget=acts[3]: suppressing(NotProvisioned, forget),
        )

        assert patched.status_code in (200, 401, 404), patched.content
        assert listed.status_code in (200, 401)
        assert_nothing_is_left(environment)


def suppressing(refusal, act):
    with suppress(refusal):
        act()


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
    """Whoever comes first, people with the value have the group."""
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
    """Whoever is out has no group of a role, in any order."""
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
    """Whoever comes last, the leaver is out, and the account says so in the end."""
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
