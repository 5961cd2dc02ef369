"""Whose Entra an address leads to, where several environments share a sign-in page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from entra_scim.environments import domains
from entra_scim.models import ProvisionedUser
from entra_scim.policy import ProvisioningPolicy
from tests.support.sign_in import activate, connect

pytestmark = pytest.mark.django_db

ADDRESS = "somebody@contoso.example"


class DomainsPolicy(ProvisioningPolicy):
    """Knows its customers' domains."""

    def owns_address(self, environment, email):
        return str(environment).lower() == email.rpartition("@")[2].partition(".")[0]


@pytest.fixture
def two(active, fabrikam, entra):
    """Two customers whose people sign in with Entra."""
    connect(fabrikam, entra)
    activate(fabrikam)


def provision(scim, *addresses):
    for address in addresses:
        assert scim.post("/Users", {"userName": address}).status_code == 201


def test_most_people_decide(two, active, scim, foreign_scim):
    """An address that another customer provisions leads nobody astray."""
    provision(scim, "eve@contoso.example", "fay@contoso.example")
    provision(foreign_scim, "nobody@contoso.example")

    assert domains.environment_of(ADDRESS) == active


def test_one_person_decides_nothing(two, foreign_scim):
    """Contoso's people are not led to Fabrikam before Contoso has provisioned any."""
    provision(foreign_scim, "nobody@contoso.example")

    assert domains.environment_of(ADDRESS) is None


def test_a_tie_decides_nothing(two, scim, foreign_scim):
    """Where two claim a domain, the page asks for the organisation's own link."""
    provision(scim, "eve@contoso.example", "fay@contoso.example")
    provision(foreign_scim, "one@contoso.example", "two@contoso.example")

    assert domains.environment_of(ADDRESS) is None


def test_people_of_an_environment_without_entra_count(
    contoso, fabrikam, entra, scim, foreign_scim
):
    """A customer who is not active yet does not lose its domain to one who is."""
    connect(fabrikam, entra)
    activate(fabrikam)
    provision(scim, "eve@contoso.example", "fay@contoso.example", "g@contoso.example")
    provision(foreign_scim, "one@contoso.example", "two@contoso.example")

    assert domains.environment_of(ADDRESS) is None


def test_nobody_active_decides_nothing(two, scim):
    """An environment whose people have all left leads nobody."""
    provision(scim, "eve@contoso.example", "fay@contoso.example")
    ProvisionedUser.objects.update(active=False)

    assert domains.environment_of(ADDRESS) is None


def test_the_policy_decides(two, active, scim, foreign_scim, settings):
    """A product that knows its customers' domains needs no majority."""
    provision(scim, "eve@contoso.example")
    provision(foreign_scim, "one@contoso.example", "two@contoso.example")
    settings.ENTRA_SCIM_POLICY = f"{__name__}.DomainsPolicy"

    assert domains.environment_of(ADDRESS) == active
    assert domains.environment_of("x@fabrikam.example") is None  # nobody to sign in


def test_the_page_names_nobody(two, foreign_scim, client):
    """What another customer provisioned neither leads nor shows."""
    provision(foreign_scim, "nobody@contoso.example")

    page = client.get(reverse("entra_scim_oidc:sign-in"), {"address": ADDRESS})

    assert page.status_code == 400
    assert b"We cannot tell your organisation" in page.content
    assert b"Fabrikam" not in page.content
