"""Provisioning, as Microsoft Graph sets it up and the portal shows it."""

from __future__ import annotations

import copy

import pytest

from entra_emulator.provisioning.mappings import DEFAULT_MAPPINGS
from support.other_server import TOKEN

NOTIFICATIONS = (
    '{"Enabled":false,"DeleteThresholdEnabled":true,"DeleteThresholdValue":7}'
)


@pytest.fixture
def synchronization(principal):
    return f"{principal}/synchronization"


@pytest.fixture
def saved(graph, synchronization):
    """The credentials, of a server that nobody asks."""
    values = {
        "BaseAddress": "http://127.0.0.1:9/scim/",
        "SecretToken": TOKEN,
        "SyncAll": "false",
        "SyncNotificationSettings": NOTIFICATIONS,
    }
    body = {"value": [{"key": k, "value": v} for k, v in values.items()]}
    graph("PUT", f"{synchronization}/secrets", body, status=204)


@pytest.fixture
def job_path(graph, synchronization, saved):
    job = graph("POST", f"{synchronization}/jobs", {"templateId": "scim"}, status=201)
    return f"{synchronization}/jobs/{job['id']}"


def user_mapping(schema):
    return schema["synchronizationRules"][0]["objectMappings"][0]


def test_a_job_is_as_entra_makes_it(graph, synchronization, job_path, entra, product):
    """With the default mappings, for groups too, and not started."""
    job = entra.jobs[product]
    assert graph("GET", f"{synchronization}/templates")["value"][0]["id"] == "scim"
    assert entra.connections[product].secret_token == TOKEN
    assert job.mappings == DEFAULT_MAPPINGS
    assert job.deletion_threshold == 7
    (listed,) = graph("GET", f"{synchronization}/jobs")["value"]
    assert listed == graph("GET", job_path)
    assert listed["schedule"]["state"] == "Disabled"
    assert listed["status"] == {"code": "NotRun", "quarantine": None}
    graph("POST", f"{synchronization}/jobs", {"templateId": "scim"}, status=409)


def test_a_job_needs_credentials(graph, synchronization):
    graph("POST", f"{synchronization}/jobs", {"templateId": "scim"}, status=400)


@pytest.mark.parametrize(
    "values",
    [
        {"SyncAll": "true"},
        {"SyncNotificationSettings": "nonsense"},
        {"SyncNotificationSettings": "[]"},
    ],
    ids=["scope", "text", "list"],
)
def test_what_is_not_played_is_not_saved(
    graph, synchronization, entra, product, values
):
    body = {"value": [{"key": k, "value": v} for k, v in values.items()]}

    graph("PUT", f"{synchronization}/secrets", body, status=400)

    assert entra.connections[product].tenant_url == ""


def test_credentials_are_tried_before_they_are_saved(
    graph, synchronization, entra, product, address
):
    body = {
        "templateId": "scim",
        "useSavedCredentials": False,
        "credentials": [
            {"key": "BaseAddress", "value": address},
            {"key": "SecretToken", "value": TOKEN},
        ],
    }
    path = f"{synchronization}/jobs/validateCredentials"

    graph("POST", path, body, status=204)
    body["credentials"][0]["value"] = "http://127.0.0.1:9/"
    refused = graph("POST", path, body, status=400)

    assert refused["error"]["code"] == "InvalidCredentials"
    assert entra.connections[product].tenant_url == ""
    body["credentials"][0]["value"] = "nonsense"
    graph("POST", path, body, status=400)
    graph("POST", path, {"templateId": "other", "credentials": []}, status=400)


def test_the_schema_says_what_the_portal_shows(graph, job_path, entra, product):
    schema = graph("GET", f"{job_path}/schema")

    rows = user_mapping(schema)["attributeMappings"]
    assert [row["targetAttributeName"] for row in rows] == [
        row.target for row in DEFAULT_MAPPINGS
    ]
    assert rows[0]["matchingPriority"] == 1
    assert rows[0]["source"]["expression"] == "[userPrincipalName]"
    assert rows[1]["source"]["type"] == "Function"
    job = entra.jobs[product]
    job.mappings = job.mappings[:2]
    job.with_groups = False
    changed = graph("GET", f"{job_path}/schema")
    assert len(user_mapping(changed)["attributeMappings"]) == 2
    groups = changed["synchronizationRules"][0]["objectMappings"][1]
    assert groups["enabled"] is False


def test_a_schema_is_kept_as_it_was_put(graph, job_path, entra, product):
    """With what nothing here knows; the version alone is new."""
    schema = graph("GET", f"{job_path}/schema")
    sent = copy.deepcopy(schema)
    mapping = user_mapping(sent)
    mapping["unknown"] = {"kept": True}
    mapping["flowTypes"] = "Add,Update"
    mapping["attributeMappings"][0]["unknown"] = "kept"
    mapping["attributeMappings"].append(
        {
            "targetAttributeName": "roles",
            "matchingPriority": 0,
            "source": {
                "type": "Function",
                "name": "AssertiveAppRoleAssignmentsComplex",
                "expression": "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])",
            },
        }
    )
    users = sent["directories"][1]["objects"][0]
    users["attributes"].append({"name": "roles", "type": "String", "multivalued": True})
    sent["synchronizationRules"][0]["objectMappings"][1]["enabled"] = False

    graph("PUT", f"{job_path}/schema", sent, status=204)

    kept = graph("GET", f"{job_path}/schema")
    assert kept.pop("version") != sent.pop("version")
    assert kept == sent
    job = entra.jobs[product]
    assert job.mappings[-1].role_function
    assert not job.with_groups
    assert not job.deletes
    assert entra.connections[product].attributes == {"roles": True}


def without_matching(schema):
    user_mapping(schema)["attributeMappings"][0]["matchingPriority"] = 0


def without_directories(schema):
    del schema["directories"]


def without_rows(schema):
    del user_mapping(schema)["attributeMappings"]


def with_an_unknown_function(schema):
    source = user_mapping(schema)["attributeMappings"][1]["source"]
    source["expression"] = "Nonsense([mail])"


def with_an_unknown_target(schema):
    user_mapping(schema)["attributeMappings"][2]["targetAttributeName"] = "shoeSize"


@pytest.mark.parametrize(
    "spoil",
    [
        without_matching,
        without_directories,
        without_rows,
        with_an_unknown_function,
        with_an_unknown_target,
    ],
)
def test_a_schema_that_entra_cannot_use_is_refused(
    graph, job_path, entra, product, spoil
):
    schema = graph("GET", f"{job_path}/schema")
    spoil(schema)

    graph("PUT", f"{job_path}/schema", schema, status=400)

    assert entra.jobs[product].mappings == DEFAULT_MAPPINGS


def test_a_job_is_started_once(graph, synchronization, saved, entra, product, address):
    """And begins again when it is restarted; a job that fails is in quarantine."""
    job = graph("POST", f"{synchronization}/jobs", {"templateId": "scim"}, status=201)
    path = f"{synchronization}/jobs/{job['id']}"

    graph("POST", f"{path}/start", status=204)
    entra.runs[product].join()
    run = entra.runs[product]
    graph("POST", f"{path}/start", status=204)

    assert entra.runs[product] is run
    failed = graph("GET", path)
    assert failed["schedule"]["state"] == "Active"
    assert failed["status"]["code"] == "Quarantine"
    assert failed["status"]["quarantine"]["error"]["message"]
    body = {"value": [{"key": "BaseAddress", "value": address}]}
    graph("PUT", f"{synchronization}/secrets", body, status=204)
    graph("POST", f"{path}/restart", {}, status=400)
    graph("POST", f"{path}/restart", {"criteria": {"resetScope": "Full"}}, status=204)
    entra.runs[product].join()
    assert graph("GET", path)["status"] == {"code": "Active", "quarantine": None}


def test_an_unknown_job_is_not_there(graph, synchronization, job_path):
    for path in ("", "/schema"):
        graph("GET", f"{synchronization}/jobs/scim.1.2{path}", status=404)
    graph("POST", f"{synchronization}/jobs/scim.1.2/start", status=404)
