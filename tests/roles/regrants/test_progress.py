"""A change of a role that many people have: answered at once, and finished in steps."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from entra_scim.models import (
    EnvironmentRole,
    PendingRegrant,
    ProvisioningEvent,
)
from entra_scim.policy import ProvisioningPolicy
from entra_scim.roles import regrants
from tests.support.factories import RoleFactory
from tests.support.regrants import PEOPLE, finish, members, patch, provision

pytestmark = pytest.mark.django_db


class Stumbles(ProvisioningPolicy):
    """Fails for somebody, as a product's policy may."""

    def is_exempt(self, user):
        if user.email == "p4@contoso.example":
            raise RuntimeError
        return False


@pytest.fixture
def client(admin):
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


def tab(environment, path=""):
    return reverse("admin:entra_tab:set_up", args=[environment.pk]) + path


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
        settings.ENTRA_SCIM_POLICY = "tests.roles.regrants.test_progress.Stumbles"

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
