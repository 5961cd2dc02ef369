"""Who decides about the names and the address of a person of several environments."""

from __future__ import annotations

import pytest

from entra_scim.access import is_managed
from entra_scim.environments import domains
from entra_scim.exceptions import NoLongerManaged
from entra_scim.models import (
    ProvisionedUser,
)
from entra_scim.people import keys, remedies
from tests.support.shared import (
    ADDRESS,
    AT_FABRIKAM,
    link_of,
    linked,
    replace,
)

pytestmark = pytest.mark.django_db


class TestProfile:
    def test_only_the_first_one_renames(
        self, scim, foreign_scim, at_contoso, at_fabrikam, consultant
    ):
        """Mallory's Entra renames Ann, so that her reset mails go to Mallory."""
        hers = "mallory@fabrikam.example"
        answer = foreign_scim.patch(
            at_fabrikam, replace("userName", hers), replace("displayName", "Mallory")
        )

        consultant.refresh_from_db()
        assert answer.status_code == 200
        assert (consultant.email, consultant.username) == (ADDRESS, ADDRESS)
        # Its own Entra is answered what it sent, and does not send it again.
        document = foreign_scim.get(at_fabrikam).json()
        assert (document["userName"], document["displayName"]) == (hers, "Mallory")
        assert scim.get(at_contoso).json()["userName"] == ADDRESS

        married = "ann.jones@consultants.example"
        scim.patch(at_contoso, replace("userName", married))

        consultant.refresh_from_db()
        assert (consultant.email, consultant.username) == (married, married)
        assert foreign_scim.get(at_fabrikam).json()["userName"] == hers

    def test_a_name_that_is_not_given_is_in_nobody_s_way(
        self, scim, foreign_scim, at_fabrikam
    ):
        """Nor does it lead others of its domain to Mallory's sign-in."""
        wanted = "new@contoso.example"
        foreign_scim.patch(at_fabrikam, replace("userName", wanted))

        assert scim.post("/Users", {"userName": wanted}).status_code == 201
        assert link_of(at_fabrikam).domain_key == ""
        assert domains.environment_of("other@contoso.example") is None

    def test_nobody_inherits_the_address(
        self, scim, foreign_scim, at_contoso, at_fabrikam, consultant
    ):
        """The first one unlinks her, and Mallory links her once more."""
        scim.delete(at_contoso)
        foreign_scim.patch(at_fabrikam, replace("userName", "m1@fabrikam.example"))
        foreign_scim.patch(at_fabrikam, replace("userName", ADDRESS))
        foreign_scim.delete(at_fabrikam)
        again = linked(foreign_scim, AT_FABRIKAM)
        foreign_scim.patch(again, replace("userName", "m2@fabrikam.example"))

        consultant.refresh_from_db()
        assert consultant.email == ADDRESS

    def test_who_was_of_two_before_any_link_stays_named_as_they_were(
        self, foreign_scim, consultant, fabrikam
    ):
        """Mallory invites somebody whose employer has no Entra here."""
        fabrikam.members.add(consultant)
        path = linked(foreign_scim, AT_FABRIKAM)

        foreign_scim.patch(path, replace("userName", "mallory@fabrikam.example"))

        consultant.refresh_from_db()
        assert (consultant.email, is_managed(consultant)) == (ADDRESS, False)

    def test_nobody_sets_a_shared_account_aside(
        self, at_fabrikam, at_contoso, consultant, fabrikam
    ):
        """Mallory says in the tab that she is somebody else, to free the address."""
        with pytest.raises(NoLongerManaged):
            remedies.set_aside(fabrikam, link_of(at_fabrikam).pk)

        consultant.refresh_from_db()
        assert consultant.email == ADDRESS

    def test_an_exchange_of_names_leaves_the_account_alone(
        self, foreign_scim, at_fabrikam, consultant, fabrikam
    ):
        """Parked names are those of the environment's documents."""
        other = "carol@fabrikam.example"
        answer = foreign_scim.post("/Users", {"userName": other})
        carol = f"/Users/{answer.json()['id']}"
        foreign_scim.patch(carol, replace("userName", ADDRESS))
        foreign_scim.patch(at_fabrikam, replace("userName", other))

        consultant.refresh_from_db()
        assert (consultant.email, consultant.username) == (ADDRESS, ADDRESS)

    def test_nor_does_one_that_somebody_else_begins(
        self, foreign_scim, at_fabrikam, consultant
    ):
        """Her name is free within Fabrikam, and her account is Contoso's to rename."""
        other, third = "carol@fabrikam.example", "c@fabrikam.example"
        answer = foreign_scim.post("/Users", {"userName": other})
        carol = f"/Users/{answer.json()['id']}"
        foreign_scim.patch(at_fabrikam, replace("userName", third))
        refused = foreign_scim.patch(at_fabrikam, replace("userName", other))
        assert refused.status_code == 409

        answer = foreign_scim.patch(carol, replace("userName", third))

        assert answer.status_code == 200
        assert foreign_scim.get(at_fabrikam).json()["userName"] == other
        consultant.refresh_from_db()
        assert (consultant.email, consultant.username) == (ADDRESS, ADDRESS)

    def test_written_anew_its_keys_are_the_same(self, at_fabrikam):
        before = link_of(at_fabrikam).address_key
        ProvisionedUser.objects.update(user_name_key="")

        link = link_of(at_fabrikam)
        keys.set_all(link)

        assert (link.address_key, link.domain_key) == (before, "")
