"""A change of a role that many people have: answered at once, and finished in steps."""

from __future__ import annotations

import random
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from entra_scim.admin import roles as role_pages
from entra_scim.conf import conf
from entra_scim.models import (
    EnvironmentRole,
    PendingRegrant,
    ProvisionedUser,
    ProvisioningEvent,
)
from entra_scim.policy import ProvisioningPolicy
from entra_scim.roles import regrants
from tests.support.factories import GroupFactory, RoleFactory

pytestmark = pytest.mark.django_db

PEOPLE = 7


class Stumbles(ProvisioningPolicy):
    """Fails for somebody, as a product's policy may."""

    def is_exempt(self, user):
        if user.email == "p4@contoso.example":
            raise RuntimeError
        return False


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch):
    monkeypatch.setattr(regrants, "AT_ONCE", 2)
    monkeypatch.setattr(regrants, "BATCH", 3)
    monkeypatch.setattr(role_pages, "_SECONDS", 0)


@pytest.fixture
def client(admin):
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def people(scim):
    """Seven people, whom Entra gave the role Later."""
    return [
        provision(scim, f"p{number}", roles=[{"value": "Later"}])
        for number in range(PEOPLE)
    ]


def provision(scim, name, **attributes):
    response = scim.post(
        "/Users", {"userName": f"{name}@contoso.example", **attributes}
    )
    assert response.status_code == 201, response.content
    return ProvisionedUser.objects.get(pk=response.json()["id"])


def tab(environment, path=""):
    options = apps.get_model(conf.ENVIRONMENT_MODEL)._meta
    name = f"admin:{options.app_label}_{options.model_name}_entra"
    return reverse(name, args=[environment.pk]) + path


def members(group):
    return group.user_set.count()


def finish(environment):
    while regrants.step(environment):
        pass


def patch(scim, person, path, value):
    response = scim.patch(
        f"/Users/{person.pk}", {"op": "replace", "path": path, "value": value}
    )
    assert response.status_code == 200, response.content


class TestProgress:
    def test_the_tab_answers_at_once_and_goes_on_by_itself(
        self, client, contoso, people
    ):
        """Each view of the page does some, until all is done."""
        response = client.post(tab(contoso, "roles/"), {"role-value": "Later"})
        progress = tab(contoso, "roles/progress/")
        assert response["Location"] == progress
        group = EnvironmentRole.objects.get().group
        assert members(group) == 0

        page = client.get(progress)
        assert page["Refresh"] == "1"
        assert f"3 of {PEOPLE} people" in page.content.decode()
        assert members(group) == 3
        assert "has not reached everybody" in client.get(tab(contoso)).content.decode()
        client.get(progress)

        assert client.get(progress)["Location"] == f"{tab(contoso)}#step-roles"
        assert members(group) == PEOPLE
        assert "has not reached" not in client.get(tab(contoso)).content.decode()
        event = ProvisioningEvent.objects.get(kind="role_created")
        assert event.changes == {"people": PEOPLE}

    def test_a_few_are_served_in_the_request(self, client, scim, contoso):
        person = provision(scim, "eve", roles=[{"value": "Later"}])

        response = client.post(tab(contoso, "roles/"), {"role-value": "Later"})

        assert response["Location"] == f"{tab(contoso)}#step-roles"
        assert person.user.groups.count() == 1
        assert client.get(tab(contoso, "roles/progress/")).status_code == 302

    def test_a_command_finishes_it(self, contoso, people):
        role = RoleFactory(environment=contoso, value="Later")
        stdout = StringIO()

        call_command("entra_regrant", stdout=stdout)

        assert f"0/{PEOPLE}" in stdout.getvalue()
        assert members(role.group) == PEOPLE
        assert not PendingRegrant.objects.exists()

    def test_requests_of_entra_go_on_with_it(
        self, scim, contoso, people, django_capture_on_commit_callbacks
    ):
        role = RoleFactory(environment=contoso, value="Later")

        for person in people:
            with django_capture_on_commit_callbacks(execute=True):
                patch(scim, person, "active", False)

        assert members(role.group) == 0
        assert not PendingRegrant.objects.exists()

    def test_a_batch_asks_the_policy_as_long_as_others_may_wait(
        self, contoso, people, monkeypatch
    ):
        """Where that is slow, the batch ends after the one who was asked."""
        monkeypatch.setattr(regrants, "ASKING", 0)
        role = RoleFactory(environment=contoso, value="Later")
        served = []
        while regrants.step(contoso):
            served.append(members(role.group))

        assert served == [*range(1, PEOPLE + 1)]
        event = ProvisioningEvent.objects.get(kind="role_created")
        assert event.changes == {"people": PEOPLE}

    def test_a_lock_is_held_for_a_few_statements_and_people(
        self, contoso, people, monkeypatch
    ):
        """However many of them there are, and however slow the policy is."""
        role = RoleFactory(environment=contoso, value="Later")
        counts = []
        for batch in (1, 3):
            monkeypatch.setattr(regrants, "BATCH", batch)
            before = members(role.group)
            with CaptureQueriesContext(connection) as queries:
                regrants.step(contoso)
            sql = [query["sql"] for query in queries.captured_queries]
            [begun] = [n for n, one in enumerate(sql) if one.startswith("SAVEPOINT")]
            counts.append(len(sql) - begun)
            assert members(role.group) - before == batch

        assert counts[0] == counts[1] <= 12

    def test_it_begins_where_it_was(self, contoso, people, settings):
        """What fails in the middle of a batch undoes that batch alone."""
        role = RoleFactory(environment=contoso, value="Later")
        regrants.step(contoso)
        policy = settings.ENTRA_SCIM_POLICY if hasattr(contoso, "members") else None
        settings.ENTRA_SCIM_POLICY = "tests.roles.test_regrants.Stumbles"

        with pytest.raises(RuntimeError):
            regrants.step(contoso)

        assert members(role.group) == 3
        assert PendingRegrant.objects.get().done == 3
        settings.ENTRA_SCIM_POLICY = policy or "entra_scim.policy.ProvisioningPolicy"
        finish(contoso)
        assert members(role.group) == PEOPLE

    def test_its_statements_do_not_grow(
        self, contoso, people, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(25):
            RoleFactory(environment=contoso, value="Later")
        with django_assert_max_num_queries(20):
            regrants.step(contoso)


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
