"""The SCIM endpoint. Include it where Entra is to find it, such as

``path("api/scim/entra/", include("entra_scim.scim.urls"))``.

Every path works with and without a slash at its end: a redirect would lose the
body of a POST or PATCH.
"""

from __future__ import annotations

from django.db import transaction
from django.urls import URLPattern, re_path

from . import views
from .base import ScimView

app_name = "entra_scim"


def _endpoint(path: str, view: type[ScimView], name: str) -> URLPattern:
    # What is written is a transaction of the domain's, which it may repeat. Within
    # one of the request's, ATOMIC_REQUESTS, it could not.
    return re_path(
        rf"^(?P<environment_id>[^/]+){path}/?$",
        transaction.non_atomic_requests(view.as_view()),
        name=name,
    )


urlpatterns = [
    _endpoint("/Users", views.UsersView, "users"),
    _endpoint(r"/(?:Users/)?\.search", views.SearchView, "search"),
    _endpoint(r"/Users/(?P<uuid>[^/]+)", views.UserView, "user"),
    _endpoint("/Groups", views.GroupsView, "groups"),
    _endpoint(r"/Groups/\.search", views.GroupSearchView, "group-search"),
    _endpoint(r"/Groups/[^/]+", views.GroupView, "group"),
    _endpoint(
        "/ServiceProviderConfig",
        views.ServiceProviderConfigView,
        "service-provider-config",
    ),
    _endpoint("/ResourceTypes", views.ResourceTypesView, "resource-types"),
    _endpoint(
        "/ResourceTypes/(?P<name>[^/]+)", views.ResourceTypesView, "resource-type"
    ),
    _endpoint("/Schemas", views.SchemasView, "schemas"),
    _endpoint("/Schemas/(?P<name>[^/]+)", views.SchemasView, "schema"),
    _endpoint("/(?:Bulk|Me)(?:/.*)?", views.NotSupportedView, "not-supported"),
    _endpoint("", views.NotFoundView, "base"),
    _endpoint(r"/[\s\S]+", views.NotFoundView, "unknown"),
]
