"""Pages of Entra's portal, to open from the guide.

Their addresses are what the portal itself shows in the browser, and what
https://pnp.github.io/cli-microsoft365/cmd/app/app-open opens. Microsoft may move them, so
the guide says the words of the path too.
"""

from __future__ import annotations

from entra_scim.connection import authorities
from entra_scim.models import EntraConnection

_GLOBAL = "https://entra.microsoft.com"
_PORTALS = {
    "us_government": "https://portal.azure.us",
    "china": "https://portal.azure.cn",
}
_OF_REGISTRATION = {
    "authentication": "Authentication",
    "app_roles": "AppRoles",
    "permissions": "CallAnAPI",
    "secrets": "Credentials",
}


def pages_of(connection: EntraConnection | None) -> dict[str, str]:
    """Return the addresses by name; empty where the application is not known.

    Without a connection, they are those that show nobody which application it is.
    """
    local = authorities.hosts().get(authorities.LOCAL)
    cloud = "" if connection is None else connection.cloud
    has_ids = connection is not None and connection.has_ids
    if local and (cloud == authorities.LOCAL or not has_ids):
        portal = f"{local}/portal"
    else:
        portal = _PORTALS.get(cloud, _GLOBAL)
    pages = {"gallery": f"{portal}/#view/Microsoft_AAD_IAM/AppGalleryBladeV2"}
    for name, blade in _OF_REGISTRATION.items():
        pages[name] = ""
        if connection is not None and has_ids:
            pages[name] = (
                f"{portal}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/"
                f"{blade}/appId/{connection.client_id}"
            )
    return pages
