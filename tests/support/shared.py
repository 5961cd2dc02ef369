"""Somebody of two environments, and what their Entras send."""

from __future__ import annotations

import pytest

from entra_scim.models import ProvisionedUser
from entra_scim.policy import get_policy
from tests.support.factories import UserFactory

ADDRESS = "ann@consultants.example"
AT_CONTOSO = "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"
AT_FABRIKAM = "11111111-8d2a-4f8e-bf98-7363c4aed4ef"


def is_in(client, environment):
    """Tell whether somebody is signed in on a page of an environment."""
    return client.get(f"/in/{environment.pk}/who/").json()["user"] is not None


def replace(path, value):
    return {"op": "Replace", "path": path, "value": value}


def active(value):
    return replace("active", value)


def link_of(path):
    return ProvisionedUser.objects.get(pk=path.rpartition("/")[2])


def state(user, *environments):
    """Tell whether an account is active, and where its person may enter."""
    user.refresh_from_db()
    policy = get_policy()
    return user.is_active, [policy.is_member(user, one) for one in environments]


def send(scim, object_id, **values):
    """Let an environment's Entra create Ann, and return the answer."""
    return scim.post(
        "/Users",
        {"userName": ADDRESS, "externalId": object_id, "displayName": "Ann", **values},
    )


def linked(scim, object_id, **values):
    """Let it link her, and return her path."""
    answer = send(scim, object_id, **values)
    assert answer.status_code == 201, answer.content
    return f"/Users/{answer.json()['id']}"


@pytest.fixture
def shared(several_environments, settings):
    """Let people belong to several environments."""
    settings.ENTRA_SCIM_POLICY = "tests.support.shared_product.Policy"
    settings.ROOT_URLCONF = "tests.support.shared_product"


@pytest.fixture
def consultant(shared, contoso):
    """Somebody of Contoso, who may be invited by others."""
    return UserFactory(email=ADDRESS, username=ADDRESS, environment=contoso)


@pytest.fixture
def at_contoso(scim, consultant):
    """Her at Contoso, which links her first."""
    return linked(scim, AT_CONTOSO)


@pytest.fixture
def at_fabrikam(foreign_scim, fabrikam, consultant, at_contoso):
    """Her at Fabrikam, whose invitation she has accepted."""
    fabrikam.members.add(consultant)
    return linked(foreign_scim, AT_FABRIKAM)
