"""URLs of the tab's pages, in whichever admin site a page is of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.utils import quote
from django.urls import reverse

from entra_scim.database.environment_model import AnyEnvironment
from entra_scim.tab.urls import app_name

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin


def instance_name(model_admin: ModelAdmin[Any]) -> str:
    """Return the tab's namespace in an admin: a site may have several environments' admins."""
    options = model_admin.opts
    return f"{options.app_label}_{options.model_name}_{app_name}"


def current_app(model_admin: ModelAdmin[Any]) -> str:
    """Return what ``{% url %}`` needs to stay in the site and the admin of a page."""
    return f"{model_admin.admin_site.name}:{instance_name(model_admin)}"


def url_of(
    model_admin: ModelAdmin[Any],
    environment: AnyEnvironment,
    name: str,
    *args: Any,
) -> str:
    """Return the URL of a page of an environment's tab, by its name in ``tab.urls``."""
    return reverse(
        f"{current_app(model_admin)}:{name}", args=[quote(environment.pk), *args]
    )


def change_url(model_admin: ModelAdmin[Any], environment: AnyEnvironment) -> str:
    """Return the URL of an environment's own page in the admin."""
    options = model_admin.opts
    name = f"{options.app_label}_{options.model_name}_change"
    return reverse(
        f"{model_admin.admin_site.name}:{name}", args=[quote(environment.pk)]
    )
