"""The kit against the local Entra's Graph, and the people who arrive then."""

from __future__ import annotations

import datetime
import re

import pytest
from django.utils import timezone

from entra_emulator.provisioning.roles import RoleFunction
from entra_scim.kit.plan import plan
from entra_scim.kit.program import saved
from entra_scim.kit.program.graph import Refusal
from entra_scim.kit.program.run import Stop
from entra_scim.kit.program.steps import take_back, walk
from entra_scim.models import ProvisionedUser
from tests.kit.conftest import wanted
from tests.kit.graph import InProcess
from tests.support.kit_run import application_of, check, settled

pytestmark = pytest.mark.django_db(transaction=True)

NOTIFIED = (
    '{"Enabled":true,"Recipients":"b@a.example","DeleteThresholdEnabled":true,'
    '"DeleteThresholdValue":50}'
)


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


def test_check_compares_what_is_saved_beside_the_key(console, local):
    """Each difference says what to set; the next run sets it, with the key."""
    notified = plan(wanted(notification_address="it@a.example"))["credentials"]
    console.plan["credentials"][1:] = notified[1:]
    address = console.plan["credentials"][0]["value"]
    walk(console.run(InProcess(local)))
    settled(local)
    assert check(console, local) == []
    application = application_of(local)
    local.jobs[application].deletion_threshold = 500
    connection = local.connections[application]
    connection.tenant_url = "https://old.example/"
    connection.notification_settings = '{"Enabled":true,"Recipients":"b@a.example"}'

    assert check(console, local) == [
        f"Tenant URL: it is https://old.example/; set {address}",
        "Notification email: failures are mailed to b@a.example; set it@a.example",
        "Accidental deletions: the threshold is 500; set 50",
    ]
    walk(console.run(InProcess(local)))
    assert check(console, local) == []
    assert console.asked == 2


def test_a_recipient_that_nobody_chose_is_no_difference(console, local):
    """In the tab, each administrator would want mail of their own."""
    found = {"value": [{"key": "SyncNotificationSettings", "value": NOTIFIED}]}
    wishes = plan(wanted(notification_address="it@a.example"))["credentials"]

    assert saved.differing(wishes, found, any_recipient=True) == []
    assert len(saved.differing(wishes, found, any_recipient=False)) == 1


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"key": "SyncAll", "value": "True"}, "Scope: all users"),
        ({"key": "SyncNotificationSettings", "value": "{"}, "prevention is off"),
        ({"key": "SyncNotificationSettings", "value": "[]"}, "prevention is off"),
    ],
    ids=["scope", "broken", "list"],
)
def test_a_saved_setting_is_compared(value, says):
    found = {"value": [value]}

    assert says in " ".join(
        saved.differing(plan(wanted())["credentials"], found, False)
    )


def test_check_says_what_expires(console, local):
    """Of the secrets that Entra has, the last one counts."""
    walk(console.run(InProcess(local)))
    settled(local)
    (secret,) = application_of(local).secrets
    secret.expires_at = timezone.now() + datetime.timedelta(days=3)

    (soon,) = check(console, local)
    assert soon.startswith("Client secrets: the last one expires on ")
    application_of(local).secrets.clear()
    console.plan |= {"needsSecret": False, "hasSecret": True}
    (none,) = check(console, local)
    assert none == (
        "Client secrets: none is valid; create a new one, and save it in the tab"
    )


def test_check_names_a_filter_and_leaves_it(console, local):
    """Somebody may have meant it."""
    walk(console.run(InProcess(local)))
    settled(local)
    schema = local.connections[application_of(local)].schema
    users = schema["synchronizationRules"][0]["objectMappings"][0]
    users["scope"] = {"groups": [], "inputFilterGroups": [{"name": "Dutch"}]}

    (difference,) = check(console, local)
    assert difference.startswith("Source object scope: a filter leaves people out")
    again = InProcess(local)
    walk(console.run(again))
    assert again.written == []


def test_settings_that_entra_does_not_show_are_not_compared(console, local):
    walk(console.run(InProcess(local)))
    settled(local)

    def fault(number, send):
        answer = send()
        if transport.sent[number].endswith("/secrets"):
            raise Refusal(403, "Forbidden")
        return answer

    transport = InProcess(local, fault=fault)
    walk(console.run(transport, check=True))

    assert any("not compared" in line for line in console.said)


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
