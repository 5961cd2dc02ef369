"""Applications, as Microsoft Graph makes and changes them."""

from __future__ import annotations

import base64
import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from entra_emulator import Tenant
from entra_emulator.graph.tokens import Permission

from .conftest import Caller

TEMPLATE = "/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate"


def test_an_application_is_made_from_the_template(graph, tenant):
    made = graph("POST", TEMPLATE, {"displayName": "Product"}, status=201)

    (application,) = tenant.applications
    assert application.client_id == made["application"]["appId"]
    assert not application.has_consent
    found = graph(
        "GET",
        "/servicePrincipals",
        query="$filter=displayName eq 'Product'&$select=id,applicationTemplateId",
    )
    assert found["value"] == [
        {
            "id": made["servicePrincipal"]["id"],
            "applicationTemplateId": "8adf8e6e-67b2-4cf2-a259-e3dc5476c621",
        }
    ]


@pytest.mark.parametrize(
    ("path", "body"),
    [(TEMPLATE, {}), ("/applicationTemplates/1/instantiate", {"displayName": "A"})],
)
def test_what_has_no_name_or_template_is_not_made(graph, tenant, path, body):
    graph("POST", path, body, status=404 if "/1/" in path else 400)

    assert tenant.applications == []


def test_a_patch_is_seen_in_the_portal(graph, registration, product):
    found = graph("GET", registration)
    roles = [{n: v for n, v in r.items() if n != "origin"} for r in found["appRoles"]]
    viewer = {
        "id": "6d3f1c5e-3d0a-4c2f-9a0e-1f2a3b4c5d6e",
        "allowedMemberTypes": ["User"],
        "displayName": "Viewer",
        "description": "May look",
        "value": "Viewer",
        "isEnabled": True,
    }
    body = {
        "web": {
            "redirectUris": ["https://product.example/callback/"],
            "logoutUrl": "https://product.example/out/",
        },
        "requiredResourceAccess": [{"resourceAppId": "a", "resourceAccess": []}],
        "optionalClaims": {"idToken": [{"name": "sid"}], "accessToken": []},
        "appRoles": [*roles, viewer],
    }

    graph("PATCH", registration, body, status=204)

    assert product.redirect_uris == ["https://product.example/callback/"]
    assert product.logout_url == "https://product.example/out/"
    assert product.optional_claims == {"sid"}
    assert product.app_roles[-1].value == "Viewer"
    again = graph("GET", registration)
    assert again["requiredResourceAccess"] == body["requiredResourceAccess"]
    assert again["optionalClaims"] == body["optionalClaims"]
    assert again["appRoles"][-1] == {**viewer, "origin": "Application"}


@pytest.mark.parametrize(
    "body",
    [
        {"web": {"redirectUris": ["http://product.example/"]}},
        {"web": {"redirectUris": "https://product.example/"}},
        {"web": []},
        {"appRoles": []},
        {"appRoles": {}},
        {"optionalClaims": {"idToken": [{}]}},
        {"keyCredentials": [{"key": "AAAA"}]},
        {"displayName": "Other"},
    ],
    ids=lambda body: "-".join(body),
)
def test_a_patch_is_refused_whole(graph, registration, product, body):
    """The claims before the wrong member stay as they are."""
    graph(
        "PATCH",
        registration,
        {"requiredResourceAccess": [{"resourceAppId": "a"}], **body},
        status=400,
    )

    assert product.registration == {}
    assert len(product.app_roles) == 2


@pytest.mark.parametrize("value", ["May upload", "Prüfer", ".net", "V" * 121, 'a"b'])
def test_an_app_role_has_the_values_that_entra_takes(graph, registration, value):
    role = {
        "id": "6d3f1c5e-3d0a-4c2f-9a0e-1f2a3b4c5d6e",
        "allowedMemberTypes": ["User"],
        "displayName": "Role",
        "value": value,
    }
    existing = graph("GET", registration)["appRoles"]
    kept = [{n: v for n, v in one.items() if n != "origin"} for one in existing]

    graph("PATCH", registration, {"appRoles": [*kept, role]}, status=400)


def test_an_app_role_is_disabled_before_it_is_deleted(graph, registration, product):
    product.app_roles = [product.add_role("Viewer")]
    role = graph("GET", registration)["appRoles"][0]
    del role["origin"]

    refused = graph("PATCH", registration, {"appRoles": []}, status=400)
    graph(
        "PATCH", registration, {"appRoles": [{**role, "isEnabled": False}]}, status=204
    )
    graph("PATCH", registration, {"appRoles": []}, status=204)

    assert refused["error"]["code"] == "CannotDeleteOrUpdateEnabledEntitlement"
    assert product.app_roles == []


def test_a_secret_is_shown_once(graph, registration, product):
    made = graph(
        "POST",
        f"{registration}/addPassword",
        {
            "passwordCredential": {
                "displayName": "A",
                "endDateTime": "2099-01-01T00:00:00Z",
            }
        },
    )

    (secret,) = product.secrets
    assert made["secretText"] == secret.value
    assert secret.description == "A"
    assert secret.expires_at.year == 2099
    (listed,) = graph("GET", registration)["passwordCredentials"]
    assert listed["secretText"] is None


def test_a_certificate_is_shown_to_who_asks(graph, registration, product):
    """With its key only by $select, so that all can be sent back."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "product")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    der = certificate.public_bytes(serialization.Encoding.DER)
    text = base64.b64encode(der).decode()

    graph("PATCH", registration, {"keyCredentials": [{"key": text}]}, status=204)

    assert product.certificates[0].certificate == certificate
    (hidden,) = graph("GET", registration)["keyCredentials"]
    (shown,) = graph("GET", registration, query="$select=keyCredentials")[
        "keyCredentials"
    ]
    assert (hidden["key"], shown["key"]) == (None, text)


def test_assignment_is_required_or_not(graph, principal, product):
    graph("PATCH", principal, {"appRoleAssignmentRequired": False}, status=204)

    assert not product.assignment_required
    graph("PATCH", principal, {"accountEnabled": False}, status=400)


def test_consent_is_given_and_widened(graph, principal, product, tenant):
    product.has_consent = False
    query = "$filter=appId eq '00000003-0000-0000-c000-000000000000'"
    microsoft = graph("GET", "/servicePrincipals", query=query)["value"][0]["id"]
    grant = {
        "clientId": product.service_principal_id,
        "consentType": "AllPrincipals",
        "principalId": None,
        "resourceId": microsoft,
        "scope": "User.Read",
    }

    made = graph("POST", "/oauth2PermissionGrants", grant, status=201)
    graph("POST", "/oauth2PermissionGrants", grant, status=400)
    path = f"/oauth2PermissionGrants/{made['id']}"
    graph("PATCH", path, {"scope": "User.Read openid"}, status=204)

    assert product.has_consent
    query = f"$filter=clientId eq '{product.service_principal_id}'"
    (listed,) = graph("GET", "/oauth2PermissionGrants", query=query)["value"]
    assert listed["scope"] == "User.Read openid"


PATHS = [
    ("POST", TEMPLATE, Permission.WRITE_APPLICATIONS),
    ("GET", "/applications", Permission.READ_APPLICATIONS),
    ("PATCH", "/applications/1", Permission.WRITE_APPLICATIONS),
    ("POST", "/applications/1/addPassword", Permission.WRITE_APPLICATIONS),
    ("GET", "/servicePrincipals", Permission.READ_APPLICATIONS),
    ("PATCH", "/servicePrincipals/1", Permission.WRITE_APPLICATIONS),
    ("GET", "/oauth2PermissionGrants", Permission.WRITE_GRANTS),
    ("POST", "/oauth2PermissionGrants", Permission.WRITE_GRANTS),
    ("PATCH", "/oauth2PermissionGrants/1", Permission.WRITE_GRANTS),
    *(
        (method, f"/servicePrincipals/1/synchronization/{path}", permission)
        for method, path, permission in [
            ("GET", "templates", Permission.READ_SYNCHRONIZATION),
            ("PUT", "secrets", Permission.WRITE_SYNCHRONIZATION),
            ("GET", "jobs", Permission.READ_SYNCHRONIZATION),
            ("POST", "jobs", Permission.WRITE_SYNCHRONIZATION),
            ("POST", "jobs/validateCredentials", Permission.WRITE_SYNCHRONIZATION),
            ("GET", "jobs/1", Permission.READ_SYNCHRONIZATION),
            ("GET", "jobs/1/schema", Permission.READ_SYNCHRONIZATION),
            ("PUT", "jobs/1/schema", Permission.WRITE_SYNCHRONIZATION),
            ("POST", "jobs/1/start", Permission.WRITE_SYNCHRONIZATION),
            ("POST", "jobs/1/restart", Permission.WRITE_SYNCHRONIZATION),
        ]
    ),
]


@pytest.mark.parametrize(("method", "path", "needed"), PATHS)
def test_each_path_needs_its_permission(entra, tenant, method, path, needed):
    """All others together do not do."""
    wider = {
        Permission.READ_APPLICATIONS: Permission.WRITE_APPLICATIONS,
        Permission.READ_SYNCHRONIZATION: Permission.WRITE_SYNCHRONIZATION,
    }
    others = set(Permission) - {needed, wider.get(needed)}

    refused = Caller(entra, tenant, others)(method, path, {}, status=403)

    assert refused["error"]["code"] == "Authorization_RequestDenied"


def test_another_tenants_token_sees_nothing_of_this_one(entra, registration, principal):
    """Nor changes it."""
    fabrikam = Tenant("Fabrikam")
    entra.add(fabrikam)
    foreign = Caller(entra, fabrikam)

    assert foreign("GET", "/applications")["value"] == []
    foreign("GET", registration, status=404)
    foreign("PATCH", principal, {"appRoleAssignmentRequired": False}, status=404)


@pytest.mark.parametrize("token", ["", "e30.e30.", "nonsense"])
def test_without_a_valid_token_nothing_is_answered(graph, token):
    graph.token = token

    refused = graph("GET", "/applications", status=401)

    assert refused["error"]["code"] == "InvalidAuthenticationToken"


def test_an_unknown_tenants_token_is_refused(entra):
    Caller(entra, Tenant("Elsewhere"))("GET", "/applications", status=401)


@pytest.mark.parametrize(
    "query", ["$filter=startswith(appId,'1')", "$filter=id eq '1'", "$select=nonsense"]
)
def test_a_query_that_is_not_played_is_refused(graph, product, query):
    """Not answered as if it had not been there."""
    graph("GET", "/applications", query=query, status=400)


def test_a_new_application_is_known_later(graph, entra):
    """As often as wanted, it is not there yet."""
    entra.graph_lag = 2
    made = graph("POST", TEMPLATE, {"displayName": "Product"}, status=201)
    path = f"/applications/{made['application']['id']}"

    graph("GET", path, status=404)
    graph("GET", path, status=404)
    graph("GET", path)


def test_a_new_application_is_listed_later(graph, entra):
    """What looks for its name does not find it either."""
    entra.graph_lag = 1
    graph("POST", TEMPLATE, {"displayName": "Product"}, status=201)
    query = "$filter=displayName eq 'Product'"

    assert graph("GET", "/servicePrincipals", query=query)["value"] == []
    assert len(graph("GET", "/servicePrincipals", query=query)["value"]) == 1


def test_federated_credentials(graph, product, registration):
    """An issuer and subject are trusted once, by a name that cannot change."""
    path = f"{registration}/federatedIdentityCredentials"
    body = {
        "name": "web",
        "issuer": "https://issuer.example",
        "subject": "web",
        "audiences": ["api://AzureADTokenExchange"],
    }
    made = graph("POST", path, body, status=201)
    graph("POST", path, {**body, "name": "other"}, status=409)
    graph("POST", path, {**body, "subject": ""}, status=400)
    graph("POST", path, {**body, "subject": "x", "audiences": []}, status=400)

    assert graph("GET", path)["value"] == [made]
    assert product.federated_credentials[0].subject == "web"

    graph("DELETE", f"{path}/{made['id']}", status=204)
    graph("DELETE", f"{path}/{made['id']}", status=404)
    assert product.federated_credentials == []
