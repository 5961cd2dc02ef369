"""What is known of an environment: settings, keys, sign-ins and Entra's requests."""

from __future__ import annotations

from dataclasses import dataclass

from entra_scim.models import AccessKey, EntraConnection

from .observations import Observations
from .sign_in_health import Breakage


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What findings and steps follow from."""

    connection: EntraConnection
    usable_keys: list[AccessKey]
    """The access keys that open the endpoint now."""

    breakage: Breakage | None
    observed: Observations
