from __future__ import annotations

from .story import ProvisionedUserAdmin, ProvisioningEventAdmin, ReleasedUserAdmin

__all__ = ["ProvisionedUserAdmin", "ProvisioningEventAdmin", "ReleasedUserAdmin"]
