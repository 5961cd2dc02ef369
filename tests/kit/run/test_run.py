"""The kit against the local Entra's Graph, and the people who arrive then."""

from __future__ import annotations

import pytest

from entra_emulator.provisioning.roles import RoleFunction
from entra_scim.kit.program.run import Stop
from entra_scim.kit.program.steps import walk
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


def test_check_tells_of_all_and_changes_nothing(console, local):
    differences = check(console, local)

    assert local.tenants[0].applications == []
    assert differences[0].startswith("Enterprise applications: make")
    assert "Attribute mapping" in differences


def test_check_finds_what_somebody_changed(console, local):
    """In Entra's portal, after the kit."""
    walk(console.run(InProcess(local)))
    settled(local)
    application = application_of(local)
    job = local.jobs[application]
    job.with_groups = True
    job.mappings = [row for row in job.mappings if row.target != "roles"]
    application.assignment_required = False
    application.redirect_uris.append("https://other.example/")
    application.redirect_uris.pop(0)

    differences = check(console, local)

    assert [one.partition(":")[0] for one in differences] == [
        "Redirect URIs",
        "Properties",
        "Mapping",
        "Group",
    ]
    walk(console.run(InProcess(local)))
    assert check(console, local) == []
    assert "https://other.example/" in application.redirect_uris
    assert len(console.kept) == 2  # the schemas before each change


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
    with pytest.raises(Stop, match="is for the audience"):
        walk(console.run(InProcess(local), check=True))
