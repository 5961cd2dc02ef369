"""The ordered steps of a plan: what each is for, what it asks of Graph, and when not.

The requests are those that Microsoft describes under ``source``; nobody has run them
against a real tenant yet.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

_REFERENCE = "https://learn.microsoft.com/en-us/graph/api"
_AGAIN = "Wait a few minutes: Entra may not have made everything known yet."
_WRITE = "Application.ReadWrite.All"
_SYNCHRONIZE = "Synchronization.ReadWrite.All"
_PRINCIPAL = "/servicePrincipals/{sp}"
_SYNCHRONIZATION = f"{_PRINCIPAL}/synchronization"


@dataclass(frozen=True)
class Step:
    """One step: what it reads, what it writes if that differs, and what it needs."""

    name: str
    title: str
    purpose: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    permission: str
    """The delegated one of Graph with the least rights."""
    remedy: str
    """What to do if Graph refuses, beyond what it says itself."""
    source: str
    """Where Microsoft describes the request."""
    undoes: tuple[str, ...] = ()
    """What it writes to take back what it did."""

    def document(self) -> dict[str, Any]:
        """Return the step as a part of the plan."""
        return asdict(self)


STEPS = (
    Step(
        name="application",
        title="Find or make the application",
        purpose="An enterprise application made from the template can provision.",
        reads=(
            "GET /servicePrincipals?$filter=displayName eq '{name}'"
            "&$select=id,appId,applicationTemplateId",
            "GET /servicePrincipals?$filter=appId eq '{appId}'"
            "&$select=id,appId,applicationTemplateId",
            "GET /applications?$filter=appId eq '{appId}'&$select=id,appId,web,appRoles",
        ),
        writes=("POST /applicationTemplates/{templateId}/instantiate",),
        permission=_WRITE,
        remedy="If nothing was made, may users register applications in this directory?",
        source=f"{_REFERENCE}/applicationtemplate-instantiate",
        undoes=("DELETE /applications/{app}",),
    ),
    Step(
        name="registration",
        title="Redirect URI, sign-out, User.Read and app roles",
        purpose="People can sign in and be signed out, and be assigned a role.",
        reads=(
            "GET /applications/{app}?$select=appRoles,web,requiredResourceAccess,"
            "optionalClaims",
        ),
        writes=("PATCH /applications/{app}",),
        permission=_WRITE,
        remedy=_AGAIN,
        source=f"{_REFERENCE}/application-update",
        undoes=("PATCH /applications/{app}",),
    ),
    Step(
        name="assignment",
        title="Assignment required",
        purpose="Nobody signs in who is not assigned.",
        reads=(
            f"GET {_PRINCIPAL}?$select=appRoleAssignmentRequired,"
            "appOwnerOrganizationId",
        ),
        writes=(f"PATCH {_PRINCIPAL}",),
        permission=_WRITE,
        remedy=_AGAIN,
        source=f"{_REFERENCE}/serviceprincipal-update",
        undoes=(f"PATCH {_PRINCIPAL}",),
    ),
    Step(
        name="template",
        title="Find the provisioning template",
        purpose="A new application offers it only after a while.",
        reads=(f"GET {_SYNCHRONIZATION}/templates",),
        writes=(),
        permission=_SYNCHRONIZE,
        remedy=_AGAIN,
        source=f"{_REFERENCE}/synchronization-synchronization-list-templates",
    ),
    Step(
        name="find_job",
        title="Find the provisioning job",
        purpose="A job that exists is used, and keeps what it knows of people.",
        reads=(f"GET {_SYNCHRONIZATION}/jobs",),
        writes=(),
        permission=_SYNCHRONIZE,
        remedy=_AGAIN,
        source=f"{_REFERENCE}/synchronization-synchronization-list-jobs",
    ),
    Step(
        name="credentials",
        title="Tenant URL, access key, scope and notifications",
        purpose="Entra reaches the product. Bad credentials would quarantine the job.",
        reads=(
            f"GET {_SYNCHRONIZATION}/secrets",
            f"POST {_SYNCHRONIZATION}/jobs/validateCredentials",
        ),
        writes=(f"PUT {_SYNCHRONIZATION}/secrets",),
        permission=_SYNCHRONIZE,
        remedy=_AGAIN,
        source=f"{_REFERENCE}/synchronization-serviceprincipal-put-synchronization",
    ),
    Step(
        name="job",
        title="Make the provisioning job",
        purpose="The job is what sends people.",
        reads=(f"GET {_SYNCHRONIZATION}/jobs",),
        writes=(f"POST {_SYNCHRONIZATION}/jobs",),
        permission=_SYNCHRONIZE,
        remedy=_AGAIN,
        source=f"{_REFERENCE}/synchronization-synchronization-post-jobs",
        undoes=(f"DELETE {_SYNCHRONIZATION}/jobs/{{job}}",),
    ),
    Step(
        name="schema",
        title="Attribute mapping",
        purpose="Object IDs and roles are sent, groups are not.",
        reads=(f"GET {_SYNCHRONIZATION}/jobs/{{job}}/schema",),
        writes=(f"PUT {_SYNCHRONIZATION}/jobs/{{job}}/schema",),
        permission=_SYNCHRONIZE,
        remedy="Or upload the edited schema by hand, as the tab's guide says.",
        source=f"{_REFERENCE}/synchronization-synchronizationschema-update",
        undoes=(f"PUT {_SYNCHRONIZATION}/jobs/{{job}}/schema",),
    ),
    Step(
        name="start",
        title="Start provisioning",
        purpose="The first cycle runs with the right mapping.",
        reads=(f"GET {_SYNCHRONIZATION}/jobs/{{job}}",),
        writes=(
            f"POST {_SYNCHRONIZATION}/jobs/{{job}}/start",
            f"POST {_SYNCHRONIZATION}/jobs/{{job}}/restart",
        ),
        permission=_SYNCHRONIZE,
        remedy=_AGAIN,
        source=f"{_REFERENCE}/synchronization-synchronizationjob-start",
    ),
    Step(
        name="proof",
        title="Federated credential, certificate or client secret",
        purpose="The product proves itself when people sign in.",
        reads=(
            "GET /applications/{app}?$select=keyCredentials",
            "GET /applications/{app}?$select=passwordCredentials",
            "GET /applications/{app}/federatedIdentityCredentials",
        ),
        writes=(
            "PATCH /applications/{app}",
            "POST /applications/{app}/addPassword",
            "POST /applications/{app}/removePassword",
            "POST /applications/{app}/federatedIdentityCredentials",
        ),
        permission=_WRITE,
        remedy="A policy of the directory may forbid client secrets: use a certificate.",
        source=f"{_REFERENCE}/application-addpassword",
        undoes=(
            "PATCH /applications/{app}",
            "POST /applications/{app}/removePassword",
            "DELETE /applications/{app}/federatedIdentityCredentials/{id}",
        ),
    ),
    Step(
        name="consent",
        title="Admin consent",
        purpose="Nobody is asked for consent when signing in.",
        reads=(
            "GET /servicePrincipals?$filter=appId eq '{resourceAppId}'",
            "GET /oauth2PermissionGrants?$filter=clientId eq '{sp}'",
        ),
        writes=("POST /oauth2PermissionGrants", "PATCH /oauth2PermissionGrants/{id}"),
        permission="DelegatedPermissionGrant.ReadWrite.All",
        remedy=_AGAIN,
        source=f"{_REFERENCE}/oauth2permissiongrant-post",
        undoes=(
            "PATCH /oauth2PermissionGrants/{id}",
            "DELETE /oauth2PermissionGrants/{id}",
        ),
    ),
)
