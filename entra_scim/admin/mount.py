"""The tab as a part of an environment's page in the admin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import URLResolver, include, path

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.tab.urls import app_name, patterns_of

from .links import change_url, instance_name

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin


class AdminMount:
    """An admin of environments: its queryset and its permissions say who may do what.

    What lies outside of the queryset is not there, as in the rest of the admin.
    """

    frame = "entra_scim/admin/frame.html"

    def __init__(self, model_admin: ModelAdmin[Any]) -> None:
        self.model_admin = model_admin

    @property
    def urls(self) -> URLResolver:
        """The URLs of the tab in this admin, for those that the admin lets in."""
        patterns = patterns_of(self, self.model_admin.admin_site.admin_view)
        return path(
            "<path:object_id>/entra/",
            include((patterns, app_name), namespace=instance_name(self.model_admin)),
        )

    def find(self, request: HttpRequest, captured: Mapping[str, Any]) -> AnyEnvironment:
        environment: AnyEnvironment | None = self.model_admin.get_object(
            request, unquote(captured["object_id"])
        )
        if environment is None:
            raise Http404
        if not self.model_admin.has_view_permission(request, environment):
            raise PermissionDenied
        # Where templates find the URLs of the admin: a product may have several.
        # Its name alone, as in the admin's own views: themes build URLs with it.
        request.current_app = self.model_admin.admin_site.name
        return environment

    def may_change(self, request: HttpRequest, environment: AnyEnvironment) -> bool:
        return self.model_admin.has_change_permission(request, environment)

    def named(self, environment: AnyEnvironment) -> dict[str, Any]:
        # As URLs have it. The path of a page may write it otherwise.
        return {"object_id": quote(environment.pk)}

    def context(
        self, request: HttpRequest, environment: AnyEnvironment
    ) -> dict[str, Any]:
        # A product's site may put any name into the context of all pages.
        return {
            **self.model_admin.admin_site.each_context(request),
            "opts": self.model_admin.opts,
            "general": change_url(self.model_admin, environment),
        }

    def note(
        self, request: HttpRequest, environment: AnyEnvironment, message: str
    ) -> None:
        self.model_admin.log_change(request, environment, message)
