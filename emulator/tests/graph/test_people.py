"""People, groups and who is assigned, as Microsoft Graph tells of them."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import jwt
import pytest

from entra_emulator import Tenant
from entra_emulator.graph.tokens import Permission
from support.people import PROFILE

from .conftest import Caller


@pytest.fixture
def ann(tenant):
    return tenant.add_person("ann@contoso.example", "Ann Smith", profile=PROFILE)


@pytest.fixture
def viewer(product):
    return product.add_role("Viewer")


@pytest.fixture
def assigned(principal):
    return f"{principal}/appRoleAssignedTo"


def assignment(principal, product, role):
    return {
        "principalId": principal.object_id,
        "resourceId": product.service_principal_id,
        "appRoleId": role.id,
    }


def test_a_user_is_found_by_name_or_address(graph, tenant, ann):
    tenant.delete(tenant.add_person("gone@contoso.example"))
    for query in ("userPrincipalName", "mail"):
        query = f"$filter={query} eq 'ann@contoso.example'"
        (found,) = graph("GET", "/users", query=query)["value"]
        assert found == graph("GET", f"/users/{ann.object_id}")
        assert found == graph("GET", "/users/Ann@contoso.example")
    assert found == {
        "businessPhones": ["+32 9 555 01 09"],
        "displayName": "Ann Smith",
        "givenName": "Ann",
        "id": ann.object_id,
        "jobTitle": "Clerk",
        "mail": "ann@contoso.example",
        "mobilePhone": "+32 470 55 01 09",
        "officeLocation": "18/2111",
        "preferredLanguage": "nl-BE",
        "surname": "Smith",
        "userPrincipalName": "ann@contoso.example",
    }
    query = "$select=accountEnabled,userType"
    assert graph("GET", f"/users/{ann.object_id}", query=query) == {
        "accountEnabled": True,
        "userType": "Member",
    }
    assert len(graph("GET", "/users")["value"]) == 1
    graph("GET", "/users/gone@contoso.example", status=404)


def test_a_collection_has_pages(graph, tenant):
    """Each names the next one, with what the query says."""
    for number in range(5):
        tenant.add_person(f"p{number}@contoso.example")
    found, query = [], "$top=2&$select=userPrincipalName"
    pages = 0
    while query:
        page = graph("GET", "/users", query=query)
        found += page["value"]
        pages += 1
        query = urlsplit(page.get("@odata.nextLink", "")).query

    assert pages == 3
    assert found == [{"userPrincipalName": f"p{n}@contoso.example"} for n in range(5)]
    for wrong in ("$top=0", "$top=1000", "$top=a", "$skiptoken=-1"):
        graph("GET", "/users", query=wrong, status=400)


def test_groups_are_listed_and_found(graph, tenant):
    group = tenant.add_group("Sales")
    query = "$filter=displayName eq 'Sales'"

    (found,) = graph("GET", "/groups", query=query)["value"]

    assert found == graph("GET", f"/groups/{group.object_id}")
    assert found["securityEnabled"] is True
    graph("GET", "/groups/1", status=404)


def test_somebody_is_assigned_and_no_longer(graph, product, ann, viewer, assigned):
    """As in the portal, which shows it too."""
    body = assignment(ann, product, viewer)
    made = graph("POST", assigned, body, status=201)

    (kept,) = product.assignments
    assert (kept.principal, kept.role) == (ann, viewer)
    assert made["id"] == kept.id
    assert made["principalType"] == "User"
    assert made["principalDisplayName"] == "Ann Smith"
    assert body.items() <= made.items()
    assert graph("GET", assigned)["value"] == [made]
    refused = graph("POST", assigned, body, status=400)
    assert "already exists" in refused["error"]["message"]

    graph("DELETE", f"{assigned}/{made['id']}", status=204)
    graph("DELETE", f"{assigned}/{made['id']}", status=404)
    assert product.assignments == []


def test_a_group_is_assigned(graph, tenant, product, viewer, assigned):
    sales = tenant.add_group("Sales")

    made = graph("POST", assigned, assignment(sales, product, viewer), status=201)

    assert made["principalType"] == "Group"
    assert product.assigned_groups == {sales}


def test_what_cannot_be_assigned_is_refused(graph, product, ann, viewer, assigned):
    body = assignment(ann, product, viewer)

    graph("POST", assigned, {**body, "resourceId": "other"}, status=400)
    graph("POST", assigned, {**body, "principalId": "nobody"}, status=404)
    for role in ("other", "00000000-0000-0000-0000-000000000000"):
        graph("POST", assigned, {**body, "appRoleId": role}, status=400)
    product.change_role(viewer, is_enabled=False)
    graph("POST", assigned, body, status=400)

    assert product.assignments == []


def test_default_access_is_for_applications_without_roles(
    graph, product, ann, viewer, assigned
):
    product.app_roles.clear()
    body = assignment(ann, product, viewer)
    body["appRoleId"] = "00000000-0000-0000-0000-000000000000"

    graph("POST", assigned, body, status=201)

    assert product.assignments[0].role is None


def test_a_new_application_has_assignments_later(graph, entra, ann):
    entra.graph_lag = 1
    template = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
    path = f"/applicationTemplates/{template}/instantiate"
    made = graph("POST", path, {"displayName": "New"}, status=201)
    path = f"/servicePrincipals/{made['servicePrincipal']['id']}/appRoleAssignedTo"

    graph("GET", path, status=404)
    assert graph("GET", path)["value"] == []


READ_ASSIGNMENTS = {
    Permission.READ_APPLICATIONS,
    Permission.WRITE_APPLICATIONS,
    Permission.READ_DIRECTORY,
}
ASSIGN = {Permission.WRITE_ASSIGNMENTS}
ASSIGNED = "/servicePrincipals/1/appRoleAssignedTo"
JOB = "/servicePrincipals/1/synchronization/jobs/1"


@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("GET", "/users", {Permission.READ_USERS, Permission.READ_DIRECTORY}),
        ("GET", "/users/1", {Permission.READ_USERS, Permission.READ_DIRECTORY}),
        ("GET", "/groups", {Permission.READ_GROUPS, Permission.READ_DIRECTORY}),
        ("GET", "/groups/1", {Permission.READ_GROUPS, Permission.READ_DIRECTORY}),
        ("GET", ASSIGNED, READ_ASSIGNMENTS),
        ("POST", ASSIGNED, ASSIGN),
        ("POST", ASSIGNED, READ_ASSIGNMENTS),
        ("DELETE", f"{ASSIGNED}/1", ASSIGN),
        ("DELETE", f"{ASSIGNED}/1", READ_ASSIGNMENTS),
        ("POST", f"{JOB}/provisionOnDemand", {Permission.WRITE_SYNCHRONIZATION}),
        (
            "GET",
            "/auditLogs/provisioning",
            {Permission.READ_PROVISIONING_LOGS, Permission.READ_AUDIT_LOGS},
        ),
    ],
)
@pytest.mark.parametrize("of_application", [False, True], ids=["delegated", "app-only"])
def test_one_of_some_permissions_is_needed(
    entra, tenant, method, path, needed, of_application
):
    """All others together are not enough; of a person or of an application itself."""
    caller = Caller(entra, tenant, set(Permission) - needed)
    if of_application:
        caller.token = app_only(entra, tenant, set(Permission) - needed)

    refused = caller(method, path, {}, status=403)

    assert refused["error"]["code"] == "Authorization_RequestDenied"


def app_only(entra, tenant, permissions):
    """Return the token that an application gets with its secret."""
    application = tenant.add_application("Daemon")
    application.graph_permissions = permissions
    provider = entra.identity_provider(tenant.id)
    form = {
        "client_id": application.client_id,
        "client_secret": tenant.add_secret(application).value,
        "grant_type": "client_credentials",
        "scope": "https://graph.microsoft.com/.default",
    }
    base = f"http://127.0.0.1:9000/{tenant.id}"
    status, body = provider.token(base, form.items(), {})
    assert status == 200
    return json.loads(body)["access_token"]


def test_an_application_does_what_it_was_granted(graph, entra, tenant, ann):
    """Not what somebody may who uses it: nobody does."""
    graph.token = app_only(entra, tenant, {Permission.READ_USERS})

    claims = jwt.decode(graph.token, options={"verify_signature": False})

    assert claims["roles"] == ["User.Read.All"]
    assert claims["idtyp"] == "app"
    assert "scp" not in claims
    assert len(graph("GET", "/users")["value"]) == 1
    graph("GET", "/groups", status=403)


def test_an_application_without_permissions_does_nothing(graph, entra, tenant):
    graph.token = app_only(entra, tenant, set())

    graph("GET", "/users", status=403)


def test_another_tenants_people_are_not_seen(entra, ann, viewer, product, assigned):
    fabrikam = Tenant("Fabrikam")
    entra.add(fabrikam)
    foreign = Caller(entra, fabrikam)

    assert foreign("GET", "/users")["value"] == []
    foreign("GET", f"/users/{ann.object_id}", status=404)
    foreign("GET", assigned, status=404)
    foreign("POST", assigned, assignment(ann, product, viewer), status=404)
    assert foreign("GET", "/auditLogs/provisioning")["value"] == []
