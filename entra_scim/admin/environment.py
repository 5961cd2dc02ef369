"""The tab on an environment's page in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from entra_scim.conf import conf
from entra_scim.diagnosis import status
from entra_scim.models import Environment

from .deletion import EmptyingMixin
from .links import change_url, url_of
from .mount import AdminMount

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:  # Django's class takes no parameters when it runs.
    ModelAdmin = admin.ModelAdmin


class EntraEnvironmentMixin(EmptyingMixin):
    """Give the admin of an environment the tab "Microsoft Entra ID".

    Put it before ``ModelAdmin``. Who sees and changes the tab is who may view and
    change the environment, by ``get_queryset`` and the permissions of the admin.
    """

    change_form_template = "entra_scim/admin/change_form.html"

    def get_urls(self) -> list[Any]:
        return [AdminMount(self).urls, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        environment = kwargs.get("obj")
        context["entra_tab"] = ""
        if environment is not None:
            context["entra_tab"] = url_of(self, environment, "set_up")
            context["entra_general"] = change_url(self, environment)
            context["entra_status"] = status.status_for(environment)
        return super().render_change_form(request, context, *args, **kwargs)


if Environment._meta.label == conf.ENVIRONMENT_MODEL:

    @admin.register(Environment)
    class EnvironmentAdmin(EntraEnvironmentMixin):
        list_display = ("name",)
        search_fields = ("name",)
