"""A policy that shares people must say all that this takes."""

from __future__ import annotations

import pytest

from entra_scim import checks
from entra_scim.policy import ProvisioningPolicy
from tests.support.checking import ids
from tests.support.shared import AT_CONTOSO, linked

SHARED = "tests.support.shared_product"


class Silent(ProvisioningPolicy):
    """Shares people, and says nothing more."""

    def shares_people(self):
        return True

    def assign_roles(self, user, environment, roles, others):
        pass


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        (f"{__name__}.Silent", ["E027"]),
        (f"{SHARED}.RolesPolicy", []),
        ("entra_scim.policy.ProvisioningPolicy", []),
        ("nothing.there", []),
    ],
)
def test_hooks_that_are_missing(settings, policy, found):
    """Nothing would tell what a session may enter."""
    settings.ENTRA_SCIM_POLICY = policy

    assert ids(checks.check_shared_people(None)) == found


def test_the_missing_are_named(settings):
    settings.ENTRA_SCIM_POLICY = f"{__name__}.Silent"

    [message] = checks.check_shared_people(None)

    for hook in ("environment_of_request", "is_member", "suspend", "resume"):
        assert hook in message.msg


def test_roles_that_count_everywhere(settings):
    """Mallory would give Ann what she then has at Contoso."""
    settings.ENTRA_SCIM_POLICY = f"{SHARED}.Policy"

    assert ids(checks.check_shared_people(None)) == ["W032"]


@pytest.mark.django_db
def test_links_that_are_left_over(settings, scim, consultant, fabrikam):
    """Without the hook, each environment would deactivate the whole account."""
    fabrikam.members.add(consultant)
    linked(scim, AT_CONTOSO)
    assert checks.check_links_beside(None, databases=["default"]) == []

    settings.ENTRA_SCIM_POLICY = "example_project.product.policy.Policy"

    assert ids(checks.check_links_beside(None, databases=["default"])) == ["E028"]
    assert checks.check_links_beside(None) == []
    settings.ENTRA_SCIM_POLICY = "nothing.there"
    assert checks.check_links_beside(None, databases=["default"]) == []


@pytest.mark.parametrize(
    ("hook", "arguments"),
    [
        ("environment_of_request", 1),
        ("is_member", 2),
        ("suspend", 2),
        ("resume", 2),
    ],
)
def test_a_missing_hook_answers_nothing(hook, arguments):
    """Any answer would let somebody in, or leave them in."""
    with pytest.raises(NotImplementedError):
        getattr(Silent(), hook)(*[None] * arguments)
