"""Taking back in Entra what the tab set up there."""

from __future__ import annotations

import secrets
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from entra_scim.kit import automatic, holding
from entra_scim.kit.graph import GraphOverHttp
from entra_scim.models import EntraConnection
from entra_scim.secrecy.hiding import Secret, without_variables


@without_variables
def take_back(settings: EntraConnection, plan: dict[str, Any], token: Secret) -> str:
    """Take back what the runs made, and return what kept from it, if anything."""
    if settings.is_active(timezone.now()):
        return _(
            "Turn off Entra sign-in first, so that people can sign in with their "
            "passwords again. Nothing was undone."
        )
    environment = settings.environment
    holder = secrets.token_hex(16)
    if not holding.hold(environment, holder):
        return _("Somebody else sets up this environment now.")
    try:
        return automatic.take_back(
            environment, plan, GraphOverHttp(plan["graph"], token)
        )
    finally:
        holding.release(environment, holder, for_good=True)
