"""The paths of Microsoft Graph that are played here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from . import (
    applications,
    assignments,
    federated,
    people,
    provisioning_log,
    synchronization,
)
from .views import GraphView

if TYPE_CHECKING:
    from entra_emulator.provisioning_site import ProvisioningSite

PREFIX = "/graph/v1.0/"

_SYNCHRONIZATION = "servicePrincipals/<object_id>/synchronization"
_FEDERATED = "applications/<object_id>/federatedIdentityCredentials"
_ASSIGNED = "servicePrincipals/<object_id>/appRoleAssignedTo"
_JOB = f"{_SYNCHRONIZATION}/jobs/<identifier>"
_VIEWS: dict[str, type[GraphView]] = {
    "applicationTemplates/<template_id>/instantiate": applications.Instantiate,
    "applications": applications.Applications,
    "applications/<object_id>": applications.OneApplication,
    "applications/<object_id>/addPassword": applications.AddPassword,
    _FEDERATED: federated.FederatedCredentials,
    f"{_FEDERATED}/<identifier>": federated.OneFederatedCredential,
    "applications/<object_id>/removePassword": applications.RemovePassword,
    "servicePrincipals": applications.ServicePrincipals,
    "servicePrincipals/<object_id>": applications.OneServicePrincipal,
    _ASSIGNED: assignments.AppRoleAssignedTo,
    f"{_ASSIGNED}/<identifier>": assignments.OneAppRoleAssignment,
    f"{_SYNCHRONIZATION}/templates": synchronization.Templates,
    f"{_SYNCHRONIZATION}/secrets": synchronization.Secrets,
    f"{_SYNCHRONIZATION}/jobs": synchronization.Jobs,
    f"{_SYNCHRONIZATION}/jobs/validateCredentials": synchronization.ValidateCredentials,
    _JOB: synchronization.OneJob,
    f"{_JOB}/schema": synchronization.Schema,
    f"{_JOB}/provisionOnDemand": provisioning_log.ProvisionOnDemand,
    f"{_JOB}/<any(start, restart):action>": synchronization.Start,
    "oauth2PermissionGrants": applications.Grants,
    "oauth2PermissionGrants/<identifier>": applications.OneGrant,
    "auditLogs/provisioning": provisioning_log.ProvisioningLogs,
    "groups": people.Groups,
    "groups/<identifier>": people.OneGroup,
    "users": people.Users,
    "users/<identifier>": people.OneUser,
}
_URLS = Map(
    [Rule(f"{PREFIX}{path}", endpoint=path) for path in _VIEWS], merge_slashes=False
)


def answer(request: Request, entra: ProvisioningSite) -> Response:
    """Answer a request to Graph.

    Raises:
        NotFound: No such path is played here.
    """
    path, names = _URLS.bind_to_environ(request.environ).match()
    return _VIEWS[path](entra, request).respond(names)
