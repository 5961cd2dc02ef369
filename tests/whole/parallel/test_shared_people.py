"""Two environments decide about one person at the same time."""

from __future__ import annotations

import pytest

from entra_scim.models import ProvisionedUser
from tests.support.factories import UserFactory
from tests.support.races import SET_UP_ROUNDS, together
from tests.support.shared import AT_CONTOSO, AT_FABRIKAM, active

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def invited(shared, contoso, fabrikam):
    """Return somebody of both, new for each round."""

    def invited_in(number):
        address = f"p{number}@consultants.example"
        user = UserFactory(
            email=address, username=address, environments=(contoso, fabrikam)
        )
        return user, {"userName": address, "displayName": "P"}

    return invited_in


def object_id(prefix, number):
    return f"{prefix[:-4]}{number:04}"


def posts(scim, foreign_scim, document, number):
    """Return what each environment's Entra sends to link somebody."""
    return [
        lambda client=client, prefix=prefix: client.post(
            "/Users", {**document, "externalId": object_id(prefix, number)}
        )
        for client, prefix in ((scim, AT_CONTOSO), (foreign_scim, AT_FABRIKAM))
    ]


def test_both_link_at_once(invited, scim, foreign_scim):
    """Each gets its link, and neither the account's names."""
    for number in range(SET_UP_ROUNDS):
        user, document = invited(number)

        answers = together(*posts(scim, foreign_scim, document, number))

        assert [answer.status_code for answer in answers] == [201, 201]
        links = ProvisionedUser.objects.filter(user=user)
        assert [link.profile_of for link in links] == [None, None]


def test_one_links_twice_at_once(invited, scim, foreign_scim):
    for number in range(SET_UP_ROUNDS):
        user, document = invited(number)
        [post, _other] = posts(scim, foreign_scim, document, number)

        answers = together(post, post)

        assert sorted(answer.status_code for answer in answers) == [201, 409]
        assert ProvisionedUser.objects.filter(user=user).count() == 1


def test_both_deactivate_at_once(invited, scim, foreign_scim):
    """Neither takes the other's membership for one that is left."""
    for number in range(SET_UP_ROUNDS):
        user, document = invited(number)
        clients = (scim, foreign_scim)
        paths = [
            f"/Users/{post().json()['id']}"
            for post in posts(scim, foreign_scim, document, number)
        ]

        for value in (False, True):
            answers = together(
                *[
                    lambda client=client, path=path: client.patch(path, active(value))
                    for client, path in zip(clients, paths, strict=True)
                ]
            )

            assert [answer.status_code for answer in answers] == [200, 200]
            user.refresh_from_db()
            assert user.is_active is value


def test_one_unlinks_while_the_other_deactivates(invited, scim, foreign_scim):
    for number in range(SET_UP_ROUNDS):
        user, document = invited(number)
        here, there = [
            f"/Users/{post().json()['id']}"
            for post in posts(scim, foreign_scim, document, number)
        ]

        answers = together(
            lambda: scim.delete(here),
            lambda: foreign_scim.patch(there, active(False)),
        )

        assert [answer.status_code for answer in answers] == [204, 200]
        user.refresh_from_db()
        assert not user.is_active
