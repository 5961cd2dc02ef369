"""The addresses of the portal."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from . import (
    app_roles,
    assignments,
    credentials,
    graph_token,
    groups,
    logs,
    mappings,
    network_faults,
    open_points,
    overview,
    provisioning,
    registration,
    schema_editor,
    sign_in_faults,
    users,
)

_provisioning: list[URLPattern | URLResolver] = [
    path("", provisioning.Provisioning.as_view()),
    path("connectivity/", provisioning.Connectivity.as_view()),
    path("settings/", provisioning.Settings.as_view()),
    path("on-demand/", provisioning.OnDemand.as_view()),
    path("mappings/", mappings.Mappings.as_view()),
    path("mappings/new/", mappings.NewMapping.as_view()),
    path("mappings/attributes/", mappings.AttributeList.as_view()),
    path("mappings/schema/", schema_editor.SchemaEditor.as_view()),
    path("mappings/<int:number>/", mappings.EditMapping.as_view()),
    path("logs/", logs.Logs.as_view()),
]
_application: list[URLPattern | URLResolver] = [
    path("", registration.AppOverview.as_view()),
    path("properties/", registration.Properties.as_view()),
    path("permissions/", registration.Permissions.as_view()),
    path("authentication/", registration.Authentication.as_view()),
    path("claims/", registration.TokenConfiguration.as_view()),
    path("secrets/", credentials.Credentials.as_view()),
    path("app-roles/", app_roles.AppRoles.as_view()),
    path("app-roles/new/", app_roles.NewAppRole.as_view()),
    path("app-roles/<uuid:role_id>/", app_roles.EditAppRole.as_view()),
    path("assignments/", assignments.Assignments.as_view()),
    path("assignments/add/", assignments.AddAssignment.as_view()),
    path("provisioning/", include(_provisioning)),
    path("sign-in-faults/", sign_in_faults.SignInFaults.as_view()),
    path("network/", network_faults.NetworkFaults.as_view()),
    path("open-points/", open_points.OpenPointsOfEntra.as_view()),
]
_tenant: list[URLPattern | URLResolver] = [
    path("", overview.Overview.as_view()),
    path("time/", overview.Now.as_view()),
    path("graph/", graph_token.GraphToken.as_view()),
    path("users/", users.Users.as_view()),
    path("users/new/", users.NewUser.as_view()),
    path("users/<uuid:object_id>/", users.User.as_view()),
    path("groups/", groups.Groups.as_view()),
    path("groups/<uuid:object_id>/", groups.OneGroup.as_view()),
    path("groups/<uuid:object_id>/add/", groups.AddMembers.as_view()),
    path("<uuid:client_id>/", include(_application)),
]
urlpatterns = [
    path("", overview.Tenants.as_view()),
    path("<uuid:tenant_id>/", include(_tenant)),
]
