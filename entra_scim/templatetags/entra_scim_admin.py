from __future__ import annotations

from typing import Any

from django import template
from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest

from entra_scim import connection
from entra_scim.admin.environment import EntraEnvironmentMixin
from entra_scim.conf import conf

register = template.Library()


@register.inclusion_tag("entra_scim/admin/notices.html", takes_context=True)
def entra_notices(context: dict[str, Any]) -> dict[str, Any]:
    """Say what ends soon in the environments that the visitor may change."""
    request: HttpRequest | None = context.get("request")
    model = apps.get_model(conf.ENVIRONMENT_MODEL)
    model_admin = admin.site._registry.get(model)
    if (
        request is None
        or not isinstance(model_admin, EntraEnvironmentMixin)
        or not model_admin.has_change_permission(request)
    ):
        return {"notices": []}
    return {
        "notices": [
            (notice.message, model_admin.tab_url(notice.environment))
            for notice in connection.notices(model_admin.get_queryset(request))
        ]
    }
