"""The URLs of a product that has an admin site of its own, beside the usual one."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin
from django.urls import include, path

from entra_scim.admin import EntraEnvironmentMixin
from entra_scim.conf import conf


class OfficeAdmin(EntraEnvironmentMixin, admin.ModelAdmin):
    pass


MODEL = apps.get_model(conf.ENVIRONMENT_MODEL)
office = admin.AdminSite(name="office")
office.register(MODEL, OfficeAdmin)


def of(site):
    """Return the admin of environments in a site, by its name."""
    return {"admin": admin.site, "office": office}[site]._registry[MODEL]


urlpatterns = [
    path("admin/", admin.site.urls),
    path("office/", office.urls),
    path("scim/", include("entra_scim.scim.urls")),
    path("entra/", include("entra_scim.oidc.urls")),
]
