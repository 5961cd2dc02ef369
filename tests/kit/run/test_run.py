"""The kit against the local Entra's Graph, and the people who arrive then."""

from __future__ import annotations

import re

import pytest

from entra_emulator.provisioning.roles import RoleFunction
from entra_scim.kit.program.run import Stop
from entra_scim.kit.program.steps import take_back, walk
from entra_scim.models import ProvisionedUser
from tests.kit.graph import InProcess
from tests.support.kit_run import application_of, check, settled

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_nothing_to_people_who_arrive(console, local, contoso):
    """One run sets up all, and the next finds nothing to change."""
    walk(console.run(InProcess(local)))

    settled(local)
    application = application_of(local)
    job = local.jobs[application]
    assert application.redirect_uris == [console.plan["application"]["redirectUri"]]
    assert application.logout_url == console.plan["application"]["logoutUrl"]
    assert application.has_consent
    assert application.optional_claims == {"sid", "auth_time"}
    assert job.is_started
    assert not job.with_groups
    assert job.deletion_threshold == 50
    rows = {row.target: row for row in job.mappings}
    assert len(rows) == 23
    assert rows["externalId"].source == "objectId"
    assert rows["roles"].role_function is RoleFunction.ASSERTIVE
    assert console.secrets[0][0] == application.secrets[0].value
    # The portal's first provisioning, and what the product makes of it.
    ann = local.tenants[0].add_person("ann@contoso.example", "Ann Smith")
    role = next(r for r in application.app_roles if r.value == "Viewer")
    application.assign(ann, role)
    job.next_cycle()
    person = ProvisionedUser.objects.for_environment(contoso).get()
    assert person.attributes["externalId"] == ann.object_id
    assert person.user.groups.count() == 1

    again = InProcess(local)
    second = console.run(again)
    walk(second)
    assert again.written == []
    assert second.differences == []
    assert console.asked == 1
    assert check(console, local) == []


def test_each_request_is_one_of_the_plan(console, local):
    """So the plan tells all that the scripts ask of Graph."""
    transport = InProcess(local)
    walk(console.run(transport))
    settled(local)
    take_back(console.run(transport))

    patterns = [
        re.sub(r"\\{\w+\\}", "[^/]+", re.escape(request.partition("?")[0]))
        for step in console.plan["steps"]
        for kind in ("reads", "writes", "undoes")
        for request in step[kind]
    ]
    assert not [
        one
        for one in transport.sent
        if not any(re.fullmatch(pattern, one) for pattern in patterns)
    ]


def test_an_application_made_by_hand_is_adopted_on_request_only(console, local):
    """Never a second one of the name, and never somebody else's."""
    by_hand = local.tenants[0].add_application(console.plan["name"])

    with pytest.raises(Stop, match="--app-id"):
        walk(console.run(InProcess(local)))
    assert local.tenants[0].applications == [by_hand]

    walk(console.run(InProcess(local), app_id=by_hand.client_id))
    settled(local)
    assert local.tenants[0].applications == [by_hand]
    assert by_hand in local.jobs

    # From now on it is known by its roles.
    again = InProcess(local)
    walk(console.run(again))
    assert again.written == []


def test_another_environments_application_is_refused(console, local):
    """Whose front-channel logout URL it has."""
    other = local.tenants[0].add_application("Other")
    other.logout_url = "https://product.example/entra/signed-out/1235/"

    with pytest.raises(Stop, match="belongs to something else"):
        walk(console.run(InProcess(local), app_id=other.client_id))

    assert other.redirect_uris == []


def test_the_connected_directory_is_the_only_one(console, local):
    """Signed in elsewhere, nothing is made there."""
    application = local.tenants[0].add_application("Product")
    console.plan["clientId"] = application.client_id
    console.plan["tenantId"] = "5c0f9d2c-6a4a-4f7e-8a5b-0f6b7a1f2d3e"

    with pytest.raises(Stop, match="az login --tenant 5c0f9d2c"):
        walk(console.run(InProcess(local)))
    console.plan["clientId"] = "0b0b9d2c-6a4a-4f7e-8a5b-0f6b7a1f2d3e"
    with pytest.raises(Stop, match="has no application 0b0b9d2c"):
        walk(console.run(InProcess(local)))


def test_a_wrong_key_is_saved_nowhere(console, local):
    """A job with it would be in quarantine at once."""
    console.key = "entra_scim_wrong"

    with pytest.raises(Stop, match="could not reach"):
        walk(console.run(InProcess(local)))

    assert local.jobs == {}
    assert local.connections[application_of(local)].secret_token == ""


def test_a_job_is_not_made_without_a_key(console, local):
    """Nor is there one for an address that nobody could reach."""
    key, console.key = console.key, ""

    with pytest.raises(Stop, match="The access key is needed"):
        walk(console.run(InProcess(local)))
    assert local.jobs == {}

    differences = check(console, local)
    assert "Attribute mapping: externalId, roles, no groups" in differences
    assert "Provisioning: start" in differences
    assert f"Client secrets: add “{console.plan['secretName']}”" in differences
    console.key = key
    walk(console.run(InProcess(local)))
    settled(local)
    assert check(console, local) == []


def test_a_new_application_may_be_unknown_for_a_while(console, local):
    """Entra's parts learn of it one after another."""
    local.graph_lag = 4  # whether somebody else made one is asked once

    walk(console.run(InProcess(local)))

    settled(local)
    assert len([line for line in console.said if "again in" in line]) == 3
    assert check(console, local) == []


def test_a_federated_credential_needs_no_secret(console, local):
    """It is added once, and kept beside those of others."""
    console.plan["needsSecret"] = False
    console.plan["federated"] = {
        "name": "sign-in-0123456789ab",
        "issuer": "https://issuer.example",
        "subject": "system:serviceaccount:product:web",
        "audiences": ["api://AzureADTokenExchange"],
    }

    walk(console.run(InProcess(local)))

    settled(local)
    (credential,) = application_of(local).federated_credentials
    assert credential.subject == "system:serviceaccount:product:web"
    assert application_of(local).secrets == []
    assert check(console, local) == []
    credential.audience = "api://other"
    (difference,) = check(console, local)
    assert "is for the audience" in difference
    with pytest.raises(Stop, match="is for the audience"):
        walk(console.run(InProcess(local)))
