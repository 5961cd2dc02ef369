"""Whatever comes in between, each person ends with what the role says."""

from __future__ import annotations

import random

import pytest

from entra_scim.models import (
    EnvironmentRole,
    ProvisionedUser,
    ProvisioningEvent,
)
from entra_scim.roles import regrants
from tests.support.factories import GroupFactory, RoleFactory
from tests.support.races import just_before
from tests.support.regrants import PEOPLE, finish, members, patch, provision

pytestmark = pytest.mark.django_db


class TestWhatChangesMeanwhile:
    """People are as the table of roles says, whether their turn has come or not."""

    @pytest.fixture
    def role(self, contoso, people):
        role = RoleFactory(environment=contoso, value="Later")
        finish(contoso)
        assert members(role.group) == PEOPLE
        return role

    def test_people_who_leave_keep_no_group(self, scim, contoso, people, role):
        role.delete()

        patch(scim, people[6], "active", False)

        assert not people[6].user.groups.exists()
        assert members(role.group) == PEOPLE - 1
        finish(contoso)
        assert members(role.group) == 0

    def test_people_who_lose_the_role_keep_no_group(self, scim, contoso, people, role):
        """Nothing would find them afterwards."""
        role.delete()

        patch(scim, people[6], "roles", [])

        assert not people[6].user.groups.exists()

    def test_people_who_are_unlinked_keep_no_group(self, scim, people, role):
        role.delete()

        assert scim.delete(f"/Users/{people[6].pk}").status_code == 204

        assert not people[6].user.groups.exists()

    def test_people_who_come_get_what_is_granted_now(self, scim, contoso, people, role):
        role.value = "Other"
        role.save()

        former = provision(scim, "former", roles=[{"value": "Later"}])
        present = provision(scim, "present", roles=[{"value": "Other"}])
        finish(contoso)

        assert not former.user.groups.exists()
        assert list(present.user.groups.all()) == [role.group]
        assert members(role.group) == 1

    def test_a_change_of_mind_begins_anew(self, scim, contoso, people, role):
        """Halfway through a deletion, the role is made again."""
        group = role.group
        role.delete()
        regrants.step(contoso)

        EnvironmentRole.objects.create(environment=contoso, value="Later", group=group)
        finish(contoso)

        assert members(group) == PEOPLE

    def test_a_batch_that_somebody_else_has_done(self, contoso, people):
        """The tab and a command step at the same time: nobody is counted twice."""
        role = RoleFactory(environment=contoso, value="Later")
        asked = []

        def is_asked_again(sql):
            asked.append("entra_scim_pendingregrant" in sql)
            return asked[-1] and sum(asked) == 2

        with just_before(is_asked_again, lambda: regrants.step(contoso)):
            regrants.step(contoso)

        assert members(role.group) == 3
        finish(contoso)
        assert members(role.group) == PEOPLE
        event = ProvisioningEvent.objects.get(kind="role_created")
        assert event.changes == {"people": PEOPLE}

    def test_others_in_the_group_stay(self, scim, contoso, people, role, bob):
        """Local people, and those whose roles Entra never sent."""
        silent = provision(scim, "silent")
        for user in (bob, silent.user):
            user.groups.add(role.group)

        role.delete()
        finish(contoso)

        assert {*role.group.user_set.all()} == {bob, silent.user}

    def test_another_environment_has_nothing_to_do_with_it(
        self, several_environments, foreign_scim, fabrikam, contoso, people, role
    ):
        RoleFactory(environment=fabrikam, value="Later", group=role.group)
        carla = foreign_scim.post(
            "/Users",
            {"userName": "carla@fabrikam.example", "roles": [{"value": "Later"}]},
        )
        role.delete()

        assert not regrants.step(fabrikam)
        finish(contoso)

        assert [
            str(user.provisioned_user.pk) for user in role.group.user_set.all()
        ] == [carla.json()["id"]]

    def test_nobody_is_given_more_by_a_link_that_is_not_in_force(
        self, several_environments, contoso, fabrikam, people
    ):
        """Somebody who joined a second customer since."""
        fabrikam.members.add(people[3].user)

        role = RoleFactory(environment=contoso, value="Later")
        finish(contoso)

        assert members(role.group) == PEOPLE - 1
        assert not people[3].user.groups.exists()


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_everybody_ends_right(scim, contoso, people, seed):
    """Changes of roles and people in any order, with batches between them."""
    chance = random.Random(seed)
    values = ("Later", "Other", "Third")
    groups = [GroupFactory() for _ in range(2)]

    def change_roles():
        value, group = chance.choice(values), chance.choice(groups)
        role = EnvironmentRole.objects.filter(value=value).first()
        if role is None:
            EnvironmentRole.objects.create(
                environment=contoso, value=value, group=group
            )
        elif chance.random() < 0.4:
            role.delete()
        else:
            role.group = group
            free = [v for v in values if not EnvironmentRole.objects.filter(value=v)]
            role.value = chance.choice([value, *free])
            role.save()

    def change_person():
        person = chance.choice(people)
        if chance.random() < 0.3:
            patch(scim, person, "active", chance.random() < 0.5)
        else:
            sent = chance.sample(values, chance.randrange(3))
            patch(scim, person, "roles", [{"value": value} for value in sent])

    for _ in range(40):
        chance.choice((change_roles, change_person, lambda: regrants.step(contoso)))()
        gone = ProvisionedUser.objects.filter(active=False, user__groups__in=groups)
        assert not gone.exists()
    finish(contoso)

    granted = dict(EnvironmentRole.objects.values_list("value", "group_id"))
    for person in ProvisionedUser.objects.select_related("user"):
        sent = [role["value"] for role in person.attributes.get("roles", ())]
        wanted = {granted[value] for value in sent if value in granted}
        held = {*person.user.groups.values_list("pk", flat=True)}
        assert held == (wanted if person.active else set())
