"""Products whose roles are not groups: a field of a membership, in this case."""

from __future__ import annotations

import sys

import pytest
from django.utils.module_loading import import_string

from entra_scim.conf import conf
from entra_scim.exceptions import ProvisioningError
from entra_scim.models import ProvisioningEvent
from entra_scim.roles import definitions, handing_over, regrants
from tests.support.factories import RoleFactory
from tests.support.regrants import members, provision

pytestmark = pytest.mark.django_db

HELD = {}
"""What the product keeps: roles by user and environment."""


class NoSuchRole(ProvisioningError):
    code = "no_such_role"
    message = "The product has no such role."


@pytest.fixture(autouse=True)
def product(settings):
    def assign_roles(self, user, environment, roles):
        if "Refused" in roles:
            raise NoSuchRole
        HELD[user.pk, environment.pk] = sorted(roles)

    HELD.clear()
    base = import_string(conf.POLICY)
    sys.modules[__name__].Own = type("Own", (base,), {"assign_roles": assign_roles})
    settings.ENTRA_SCIM_POLICY = f"{__name__}.Own"


@pytest.fixture
def held(contoso, ann):
    return lambda: HELD.get((ann.pk, contoso.pk))


def values(*names):
    return [{"value": name} for name in names]


@pytest.fixture
def path(scim, ann, roles):
    response = scim.post(
        "/Users", {"userName": ann.email, "roles": values("Viewer", "Unknown")}
    )
    assert response.status_code == 201
    return f"/Users/{response.json()['id']}"


def change(scim, path, attribute, value):
    operation = {"op": "Replace", "path": attribute, "value": value}
    return scim.patch(path, operation).status_code


def test_somebody_is_linked(path, held):
    """Only roles that the environment has are handed over."""
    assert held() == ["Viewer"]


def test_who_is_in_the_group_already_is_told_of_too(scim, ann, roles, held):
    ann.groups.add(roles["Viewer"].group)

    scim.post("/Users", {"userName": ann.email, "roles": values("Viewer")})

    assert held() == ["Viewer"]


def test_other_roles(scim, path, held):
    assert change(scim, path, "roles", values("Uploader", "Viewer")) == 200
    assert held() == ["Uploader", "Viewer"]


def test_leaving_and_returning(scim, path, held):
    change(scim, path, "active", False)
    assert held() == []

    change(scim, path, "active", True)
    assert held() == ["Viewer"]

    scim.delete(path)
    assert held() == []


def test_nothing_is_said_before_entra_sends_roles(scim, ann, held):
    scim.post("/Users", {"userName": ann.email})

    assert held() is None


def test_the_product_refuses_a_role(scim, contoso, path, held):
    """With its own reason; Entra and the groups stay as they were."""
    RoleFactory(environment=contoso, value="Refused")

    assert change(scim, path, "roles", values("Refused")) == 400

    assert held() == ["Viewer"]
    assert [role["value"] for role in scim.get(path).json()["roles"]] == [
        "Viewer",
        "Unknown",
    ]


@pytest.mark.parametrize("at_once", [True, False])
def test_roles_are_defined_and_removed(
    contoso, path, held, admin, monkeypatch, at_once
):
    """For few people in the same transaction, for many in batches."""
    if not at_once:
        monkeypatch.setattr(regrants, "AT_ONCE", 0)

    role = definitions.define(contoso, "Unknown", by=admin)
    regrants.work(contoso, 1)
    assert held() == ["Unknown", "Viewer"]

    definitions.change(role, "Other", role.group, by=admin)
    regrants.work(contoso, 1)
    assert held() == ["Viewer"]


def test_somebody_who_became_the_admin_gets_no_role(
    scim, contoso, path, held, ann, admin
):
    ann.is_superuser = True
    ann.save()

    definitions.define(contoso, "Unknown", by=admin)
    regrants.work(contoso, 1)

    assert held() == ["Viewer"]


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
    assert {(user_id, contoso.pk): ["Later"] for user_id in people} == HELD
    event = ProvisioningEvent.objects.get(kind="role_created")
    assert event.changes == {"people": 5}
