"""Products whose roles are not Django's groups: a field of a membership, for example."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from entra_scim.models import EnvironmentRole
from entra_scim.roles import definitions, handing_over, product_roles, regrants
from entra_scim.story.sentences import sentence_of
from tests.support.factories import RoleFactory
from tests.support.own_roles import HELD, change, last_event, linked, values
from tests.support.regrants import members, provision

pytestmark = pytest.mark.django_db


def test_somebody_is_linked(path, held):
    """Only roles that the environment has are handed over."""
    assert held() == ["Viewer", "local"]


def test_who_is_in_the_group_already_is_told_of_too(scim, ann, roles, held):
    ann.groups.add(roles["Viewer"].group)

    scim.post("/Users", {"userName": ann.email, "roles": values("Viewer")})

    assert held() == ["Viewer", "local"]


def test_other_roles(scim, path, held):
    assert change(scim, path, "roles", values("Uploader", "Authorizer")) == 200
    assert held() == ["Authorizer", "Uploader", "local"]


def test_leaving_and_returning(scim, path, held):
    change(scim, path, "active", False)
    assert held() == ["local"]

    change(scim, path, "active", True)
    assert held() == ["Viewer", "local"]

    scim.delete(path)
    assert held() == ["local"]


def test_nothing_is_said_before_entra_sends_roles(scim, ann, held):
    scim.post("/Users", {"userName": ann.email})

    assert held() == ["never"]


def test_the_product_refuses_a_role(scim, contoso, path, held):
    """With its own reason; Entra and the groups stay as they were."""
    RoleFactory(environment=contoso, value="Refused")

    assert change(scim, path, "roles", values("Refused")) == 400

    assert held() == ["Viewer", "local"]
    assert [role["value"] for role in scim.get(path).json()["roles"]] == [
        "Viewer",
        "Unknown",
    ]


@pytest.mark.parametrize("at_once", [True, False])
def test_roles_are_defined_and_removed(
    contoso, path, held, admin, monkeypatch, at_once
):
    """For few people in the same transaction, for many in batches; without a group."""
    if not at_once:
        monkeypatch.setattr(regrants, "AT_ONCE", 0)
    groups = Group.objects.count()

    role = definitions.define(contoso, "Unknown", by=admin)
    regrants.work(contoso, 1)
    assert held() == ["Unknown", "Viewer", "local"]
    assert last_event("role_created").changes == {"people": 1}

    definitions.change(role, "Other", role.group, by=admin)
    regrants.work(contoso, 1)
    assert held() == ["Viewer", "local"]

    definitions.remove(EnvironmentRole.objects.get(value="Viewer"), by=admin)
    regrants.work(contoso, 1)
    assert held() == ["local"]
    assert regrants.pending_of(contoso) == []
    assert Group.objects.count() == groups


def test_a_role_that_somebody_inactive_has(scim, contoso, path, held, admin):
    """They get it when they return."""
    change(scim, path, "active", False)

    definitions.define(contoso, "Unknown", by=admin)
    regrants.work(contoso, 1)

    assert held() == ["local"]
    change(scim, path, "active", True)
    assert held() == ["Unknown", "Viewer", "local"]


def test_events_tell_of_roles_without_groups(scim, contoso, ann, admin):
    for name in ("Reader", "Writer"):
        definitions.define(contoso, name, by=admin)
    path = linked(scim, ann, "Reader")
    assert last_event("linked").changes["roles_added"] == ["Reader"]

    change(scim, path, "roles", values("Writer"))
    changes = last_event("updated").changes
    assert (changes["roles_added"], changes["roles_removed"]) == (
        ["Writer"],
        ["Reader"],
    )
    change(scim, path, "active", False)
    assert last_event("deactivated").changes["roles_removed"] == ["Writer"]
    change(scim, path, "active", True)
    assert "Writer" in sentence_of(last_event("reactivated"))


class TestSomebodyWhomEntraManagesNoMore:
    """They get nothing; what Entra gave can still be taken."""

    @pytest.fixture
    def path(self, scim, path, ann):
        ann.is_superuser = True
        ann.save()
        return path

    def test_a_new_role(self, contoso, path, held, admin):
        definitions.define(contoso, "Unknown", by=admin)
        regrants.work(contoso, 1)

        assert held() == ["Viewer", "local"]

    def test_a_role_of_those_that_entra_sent(self, scim, contoso, path, held, admin):
        definitions.define(contoso, "Unknown", by=admin)
        change(scim, path, "roles", values("Unknown"))

        assert held() == ["local"]

    def test_one_role_less(self, scim, contoso, ann, held, admin):
        """Of the one that stays, nothing is said to the product."""
        for name in ("Reader", "Writer"):
            definitions.define(contoso, name, by=admin)
        path = linked(scim, ann, "Reader", "Writer")
        ann.is_superuser = True
        ann.save()

        change(scim, path, "roles", values("Writer"))

        assert held() == ["Writer", "local"]
        assert last_event("updated").changes["roles_removed"] == ["Reader"]

    def test_less_of_what_is_no_role(self, scim, path, held):
        HELD.clear()

        change(scim, path, "roles", values("Viewer"))

        assert held() == ["never"]

    def test_one_more_role(self, scim, path, held):
        change(scim, path, "roles", values("Viewer", "Uploader"))

        assert held() == ["Viewer", "local"]

    def test_a_removed_role(self, contoso, path, held, admin):
        definitions.remove(EnvironmentRole.objects.get(value="Viewer"), by=admin)
        regrants.work(contoso, 1)

        assert held() == ["local"]

    def test_leaving_and_returning(self, scim, path, held):
        change(scim, path, "active", False)
        assert held() == ["local"]

        change(scim, path, "active", True)
        assert held() == ["local"]


def test_a_role_without_a_group_needs_the_hook(settings, contoso):
    settings.ENTRA_SCIM_POLICY = "entra_scim.policy.ProvisioningPolicy"

    with pytest.raises(product_roles.GrantsNothing):
        EnvironmentRole.objects.create(environment=contoso, value="Viewer")

    assert not EnvironmentRole.objects.exists()


def test_a_batch_ends_in_time_however_slow_the_product_is(scim, contoso, monkeypatch):
    """It has the environment's lock, and begins again after the one who was last."""
    monkeypatch.setattr(regrants, "AT_ONCE", 0)
    monkeypatch.setattr(regrants, "HOLDING", 0)
    monkeypatch.setattr(handing_over, "TAKEN_OVER", 2)
    people = [
        provision(scim, f"p{number}", roles=values("Later")).user_id
        for number in range(5)
    ]
    HELD.clear()
    role = RoleFactory(environment=contoso, value="Later")
    served = []
    while regrants.step(contoso):
        served.append(len(HELD))
        assert members(role.group) == len(HELD)

    assert served == [2, 4, 5]
    assert {(user_id, contoso.pk): {"Later", "local"} for user_id in people} == HELD
    assert last_event("role_created").changes == {"people": 5}
