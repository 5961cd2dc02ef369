"""Parallel requests lose nothing: each end is one that some order would give."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth import get_user_model
from django.db.models import Q

from entra_scim.models import (
    ProvisionedUser,
    RoleAssignment,
)
from tests.support.races import ROUNDS, create, mail, replace, together

pytestmark = pytest.mark.django_db(transaction=True)


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
