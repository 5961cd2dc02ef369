"""What the admin's front page says about Microsoft Entra ID."""

from __future__ import annotations

from typing import Any

from django import template
from django.apps import apps
from django.contrib.admin import AdminSite
from django.contrib.admin.sites import all_sites
from django.http import HttpRequest

from entra_scim.conf import conf
from entra_scim.diagnosis.notices import broken_sign_ins, notices

from .environment import EntraEnvironmentMixin
from .links import url_of

register = template.Library()
"""Found by templates through ``templatetags``."""


@register.inclusion_tag("entra_scim/admin/notices.html", takes_context=True)
def entra_notices(context: dict[str, Any]) -> dict[str, Any]:
    """Say what the environments need that the visitor may change."""
    request: HttpRequest | None = context.get("request")
    model = apps.get_model(conf.ENVIRONMENT_MODEL)
    site = _site_of(request)
    model_admin = site._registry.get(model) if site else None
    if (
        request is None
        or not isinstance(model_admin, EntraEnvironmentMixin)
        or not model_admin.has_change_permission(request)
    ):
        return {"notices": []}
    environments = model_admin.get_queryset(request)
    return {
        "notices": [
            (notice.message, url_of(model_admin, notice.environment, "set_up"))
            for notice in [*broken_sign_ins(environments), *notices(environments)]
        ]
    }


def _site_of(request: HttpRequest | None) -> AdminSite | None:
    """Return the admin site whose page a request is for: a product may have several."""
    name = getattr(request, "current_app", None)
    return next((site for site in all_sites if site.name == name), None)
