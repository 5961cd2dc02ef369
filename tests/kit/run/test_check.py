"""What --check finds, and that it changes nothing."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from entra_scim.kit.plan import plan
from entra_scim.kit.program import saved
from entra_scim.kit.program.graph import Refusal
from entra_scim.kit.program.run import Stop
from entra_scim.kit.program.steps import walk
from tests.kit.conftest import wanted
from tests.kit.graph import InProcess
from tests.support.kit_run import application_of, check, settled

pytestmark = pytest.mark.django_db(transaction=True)

NOTIFIED = (
    '{"Enabled":true,"Recipients":"b@a.example","DeleteThresholdEnabled":true,'
    '"DeleteThresholdValue":50}'
)


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


def test_check_names_a_secret_that_nobody_saw(console, local):
    """Its answer was lost; the next run takes another one."""

    def fault(number, send):
        answer = send()
        if transport.sent[number].endswith("/addPassword"):
            raise Refusal(0, "no answer")
        return answer

    transport = InProcess(local, fault=fault)
    with pytest.raises(Stop, match="nothing: no answer"):
        walk(console.run(transport))
    settled(local)

    unseen = "Client secrets: delete one whose value nobody has seen"
    assert unseen in check(console, local)
    assert unseen in check(console, local)
    walk(console.run(InProcess(local)))
    assert check(console, local) == []
    assert len(application_of(local).secrets) == 1
