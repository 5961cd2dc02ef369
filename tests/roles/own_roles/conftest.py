"""A product with roles of its own, and somebody who has some."""

from __future__ import annotations

import pytest

from tests.support.own_roles import HELD, OFFERED, NoSuchRole, linked, use


@pytest.fixture(autouse=True)
def product(settings):
    def assign_roles(self, user, environment, roles, others):
        if "Refused" in roles:
            raise NoSuchRole
        assert not roles & others
        held = HELD.setdefault((user.pk, environment.pk), {"local"})
        held |= roles
        held -= others

    HELD.clear()
    use(settings, assign_roles=assign_roles)


@pytest.fixture
def offered(settings, product):
    """What the product lets roles be."""
    offered = dict(OFFERED)
    use(settings, assignable_roles=lambda self, environment: offered)
    return offered


@pytest.fixture
def held(contoso, ann):
    """What somebody has of the environment, and what the product gave them besides."""
    return lambda: sorted(HELD.get((ann.pk, contoso.pk), ["never"]))


@pytest.fixture
def path(scim, ann, roles):
    return linked(scim, ann, "Viewer", "Unknown")
