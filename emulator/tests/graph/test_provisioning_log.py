"""What Microsoft Graph tells of provisioning: on demand, and in the logs."""

from __future__ import annotations

import json

import pytest

from support.other_server import TOKEN


@pytest.fixture
def ann(tenant, product):
    ann = tenant.add_person("ann@contoso.example", "Ann Smith")
    product.assign(ann, product.add_role("Viewer"))
    return ann


@pytest.fixture
def job(entra, product, address):
    job = entra.connect(product, address, TOKEN)
    job.with_groups = False
    return job


@pytest.fixture
def job_path(graph, principal, job):
    (listed,) = graph("GET", f"{principal}/synchronization/jobs")["value"]
    return f"{principal}/synchronization/jobs/{listed['id']}"


@pytest.fixture
def rule(graph, job_path):
    return graph("GET", f"{job_path}/schema")["synchronizationRules"][0]["id"]


def request_for(person_id, rule, kind="User"):
    subject = {"objectId": person_id, "objectTypeName": kind}
    return {"parameters": [{"ruleId": rule, "subjects": [subject]}]}


def logs(graph, query=""):
    return graph("GET", "/auditLogs/provisioning", query=query)["value"]


def test_somebody_is_provisioned_on_demand(graph, job_path, job, rule, ann, tenant):
    """And the portal's log tells of it."""
    path = f"{job_path}/provisionOnDemand"

    answered = graph("POST", path, request_for(ann.object_id, rule))

    assert json.loads(answered["key"]) == {"result": "Success", "details": {}}
    report = json.loads(answered["value"])
    assert report["action"] == "Create"
    assert report["statusInfo"]["status"] == "Success"
    assert report["sourceIdentity"]["id"] == ann.object_id
    assert report["targetIdentity"]["id"] == job.links[ann].id
    assert [step["status"] for step in report["provisioningSteps"]] == ["Success"] * 2
    assert "displayName" in {one["displayName"] for one in report["modifiedProperties"]}
    again = graph("POST", path, request_for(ann.object_id, rule))
    key = json.loads(again["key"])
    assert (key["result"], key["details"]["errorCode"]) == (
        "Skipped",
        "RedundantExport",
    )
    assert job.log[-1].status == "Skipped"


def test_a_failure_is_reported(graph, job_path, job, rule, ann, entra, product):
    """With the code that the portal shows."""
    entra.connect(product, "http://127.0.0.1:9/", TOKEN)

    answered = graph(
        "POST", f"{job_path}/provisionOnDemand", request_for(ann.object_id, rule)
    )

    assert json.loads(answered["key"])["result"] == "Failure"
    assert json.loads(answered["value"])["statusInfo"]["reason"]


def test_what_cannot_be_provisioned_on_demand_is_refused(graph, job_path, rule, ann):
    path = f"{job_path}/provisionOnDemand"

    graph("POST", path, {}, status=400)
    graph("POST", path, request_for(ann.object_id, "other"), status=400)
    graph("POST", path, request_for(ann.object_id, rule, "Group"), status=400)
    graph("POST", path, request_for("nobody", rule), status=404)


def test_the_log_tells_of_a_cycle(graph, job, job_path, ann, product, tenant):
    job.run_cycle()

    (entry,) = logs(graph)

    assert entry["jobId"] == job_path.rpartition("/")[2]
    assert entry["tenantId"] == tenant.id
    assert entry["provisioningAction"] == "create"
    assert entry["provisioningStatusInfo"] == {
        "status": "success",
        "errorInformation": None,
    }
    assert entry["sourceIdentity"] == {
        "id": ann.object_id,
        "displayName": "Ann Smith",
        "identityType": "User",
        "details": {},
    }
    assert entry["targetIdentity"]["id"] == job.links[ann].id
    assert entry["servicePrincipal"]["id"] == product.service_principal_id
    assert entry["initiatedBy"]["initiatorType"] == "system"


def test_a_failure_is_in_the_log(graph, job, ann, tenant, product):
    job.run_cycle()
    tenant.change_person(ann, {"displayName": "Ann Jones"})
    job.links[ann].id = "unknown"
    job.next_cycle()

    failed = logs(graph, "$filter=provisioningStatusInfo/status eq 'failure'")

    assert failed
    assert failed[0]["provisioningStatusInfo"]["errorInformation"]["errorCode"]


def test_the_log_is_filtered_ordered_and_paged(graph, job, ann, tenant):
    job.run_cycle()
    tenant.change_person(ann, {"displayName": "Ann Jones"})
    job.next_cycle()
    newest, oldest = logs(graph)
    job_id = newest["jobId"]

    assert logs(graph, "$orderby=activityDateTime asc") == [oldest, newest]
    assert logs(graph, "$top=1") == [newest]
    assert logs(graph, f"$filter=jobId eq '{job_id}'") == [newest, oldest]
    assert logs(graph, "$filter=jobId eq 'other'") == []
    between = f"activityDateTime gt {oldest['activityDateTime']}"
    assert logs(graph, f"$filter=jobId eq '{job_id}' and {between}") == [newest]
    assert newest["cycleId"] != oldest["cycleId"]
    assert logs(graph, f"$filter=cycleId eq '{oldest['cycleId']}'") == [oldest]
    for wrong in (
        "$filter=activityDateTime eq 2026-01-01T00:00:00Z",
        "$filter=jobId gt 'a'",
        "$filter=jobId eq 'a' or jobId eq 'b'",
        "$filter=durationInMilliseconds gt 1",
        "$orderby=jobId",
    ):
        graph("GET", "/auditLogs/provisioning", query=wrong, status=400)
