"""What each environment takes of a person of several: its own, and no more."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from entra_scim.models import (
    EnvironmentRole,
    ProvisioningEvent,
    ReleasedUser,
)
from tests.support.shared import (
    AT_FABRIKAM,
    active,
    link_of,
    linked,
    replace,
    send,
    state,
)

pytestmark = pytest.mark.django_db


class TestDeactivation:
    def test_each_one_takes_its_own_membership(
        self, scim, foreign_scim, at_contoso, at_fabrikam, consultant, contoso, fabrikam
    ):
        """Mallory deactivates Ann, to lock her out of her employer."""
        foreign_scim.patch(at_fabrikam, active(False))

        assert state(consultant, contoso, fabrikam) == (True, [True, False])
        assert foreign_scim.get(at_fabrikam).json()["active"] is False
        assert scim.get(at_contoso).json()["active"] is True

        foreign_scim.patch(at_fabrikam, active(True))

        assert state(consultant, contoso, fabrikam) == (True, [True, True])

    def test_the_account_goes_with_the_last(
        self, scim, foreign_scim, at_contoso, at_fabrikam, consultant, contoso, fabrikam
    ):
        scim.patch(at_contoso, active(False))
        assert state(consultant, contoso, fabrikam) == (True, [False, True])

        foreign_scim.patch(at_fabrikam, active(False))
        assert state(consultant, contoso, fabrikam) == (False, [False, False])

        foreign_scim.patch(at_fabrikam, active(True))
        assert state(consultant, contoso, fabrikam) == (True, [False, True])

    def test_a_membership_without_entra_is_something_left(
        self, scim, at_contoso, consultant, contoso, fabrikam
    ):
        fabrikam.members.add(consultant)

        scim.patch(at_contoso, active(False))

        assert state(consultant, contoso, fabrikam) == (True, [False, True])

    def test_once_more_says_nothing_new(
        self, foreign_scim, at_fabrikam, consultant, fabrikam
    ):
        """Entra sends it in each cycle."""
        foreign_scim.patch(at_fabrikam, active(False))
        version = link_of(at_fabrikam).version
        events = ProvisioningEvent.objects.for_environment(fabrikam).count()

        foreign_scim.patch(at_fabrikam, active(False))

        assert link_of(at_fabrikam).version == version
        assert ProvisioningEvent.objects.for_environment(fabrikam).count() == events

    def test_unlinked_she_goes_on_elsewhere(
        self, scim, foreign_scim, at_contoso, at_fabrikam, consultant, contoso, fabrikam
    ):
        assert foreign_scim.delete(at_fabrikam).status_code == 204

        assert state(consultant, contoso, fabrikam) == (True, [True, False])
        # Only the same person comes back, and to each environment by itself.
        other = send(foreign_scim, "33333333-8d2a-4f8e-bf98-7363c4aed4ef")
        assert other.status_code == 409
        scim.delete(at_contoso)
        assert state(consultant, contoso, fabrikam) == (False, [False, False])
        assert ReleasedUser.objects.filter(user=consultant).count() == 2
        linked(foreign_scim, AT_FABRIKAM)
        assert state(consultant, contoso, fabrikam) == (True, [False, True])
        assert ReleasedUser.objects.get().environment == contoso

    def test_a_membership_that_she_ended_is_not_given_back(
        self, foreign_scim, at_fabrikam, consultant, fabrikam, contoso
    ):
        foreign_scim.patch(at_fabrikam, active(False))
        fabrikam.members.remove(consultant)

        refused = foreign_scim.patch(at_fabrikam, active(True))

        assert refused.status_code == 409
        assert not link_of(at_fabrikam).active

    def test_a_product_that_fails_locks_nobody_out_elsewhere(
        self, settings, foreign_scim, at_fabrikam, consultant
    ):
        settings.ENTRA_SCIM_POLICY = "tests.support.shared_product.FailingPolicy"

        assert foreign_scim.patch(at_fabrikam, active(False)).status_code == 200

        consultant.refresh_from_db()
        assert (consultant.is_active, link_of(at_fabrikam).active) == (True, False)

    def test_a_product_that_fails_at_the_end_of_a_link_keeps_nobody_in(
        self, settings, foreign_scim, at_fabrikam, consultant
    ):
        """Nothing else would keep her out then."""
        settings.ENTRA_SCIM_POLICY = "tests.support.shared_product.FailingPolicy"

        assert foreign_scim.delete(at_fabrikam).status_code == 204

        consultant.refresh_from_db()
        assert not consultant.is_active

    def test_staff_who_suspend_a_membership_are_asked(
        self, foreign_scim, at_fabrikam, consultant, fabrikam, monkeypatch
    ):
        foreign_scim.patch(at_fabrikam, active(False))
        monkeypatch.setattr(
            "tests.support.shared_product.Policy.may_reactivate",
            lambda policy, user, environment: environment != fabrikam,
        )

        refused = foreign_scim.patch(at_fabrikam, active(True))

        assert refused.status_code == 409
        assert state(consultant, fabrikam) == (True, [False])


class TestRoles:
    @pytest.fixture
    def group(self, contoso, fabrikam):
        """A group that roles of both grant, and one of Fabrikam's alone."""
        both = Group.objects.create(name="Readers")
        alone = Group.objects.create(name="Fabrikam's")
        for environment in (contoso, fabrikam):
            EnvironmentRole.objects.create(
                environment=environment, value="Viewer", group=both
            )
        EnvironmentRole.objects.create(environment=fabrikam, value="Own", group=alone)
        return both

    def names(self, user):
        return {
            group.name
            for group in user.groups.all()
            if not group.name.startswith("suspended")
        }

    def test_a_group_stays_while_one_of_them_grants_it(
        self, group, scim, foreign_scim, consultant, fabrikam, at_contoso, at_fabrikam
    ):
        scim.patch(at_contoso, replace("roles", [{"value": "Viewer"}]))
        both = [{"value": "Viewer"}, {"value": "Own"}]
        foreign_scim.patch(at_fabrikam, replace("roles", both))
        assert self.names(consultant) == {"Readers", "Fabrikam's"}

        foreign_scim.patch(at_fabrikam, active(False))
        assert self.names(consultant) == {"Readers"}

        foreign_scim.patch(at_fabrikam, active(True))
        scim.patch(at_contoso, active(False))
        assert self.names(consultant) == {"Readers", "Fabrikam's"}

        foreign_scim.delete(at_fabrikam)
        assert self.names(consultant) == set()

    def test_a_role_that_goes_takes_nothing_of_another_one(
        self, group, scim, foreign_scim, consultant, fabrikam, at_contoso, at_fabrikam
    ):
        for client, path in ((scim, at_contoso), (foreign_scim, at_fabrikam)):
            client.patch(path, replace("roles", [{"value": "Viewer"}]))

        EnvironmentRole.objects.get(environment=fabrikam, value="Viewer").delete()

        assert self.names(consultant) == {"Readers"}
