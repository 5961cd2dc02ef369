"""Pause and resume the provisioning of an environment.

While it is paused, the endpoint answers 503 to everything. Entra tries what failed
again in its next cycles, so a deactivation arrives late, but is not lost:
https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works#errors-and-retries
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from entra_scim.database import transactions
from entra_scim.models import EntraConnection, ProvisioningEvent
from entra_scim.story import events

from . import configuration


@transactions.repeating
def pause(settings: EntraConnection, by: Any = None) -> bool:
    """Take no request of Entra's from now on.

    Sign-in, and what people of the environment change themselves, go on.

    Args:
        by: Who does it; None for a command.

    Returns:
        Whether it was not paused before. If it was, nothing changes.
    """
    configuration.lock(settings)
    if settings.paused_at is not None:
        return False
    settings.paused_at = timezone.now()
    settings.paused_by = by
    settings.save()
    events.record(settings.environment, ProvisioningEvent.Kind.PAUSED)
    return True


@transactions.repeating
def resume(settings: EntraConnection) -> bool:
    """Take Entra's requests again.

    Returns:
        Whether it was paused before. If it was not, nothing changes.
    """
    configuration.lock(settings)
    if settings.paused_at is None:
        return False
    settings.paused_at = settings.paused_by = None
    settings.save()
    events.record(settings.environment, ProvisioningEvent.Kind.RESUMED)
    return True
