"""The tags of the tab, where the admin is installed."""

from __future__ import annotations

from django.apps import apps

# Every template engine imports this module. The admin cannot be imported where it
# is not installed, and a module without a library is passed over.
if apps.is_installed("django.contrib.admin"):
    from entra_scim.admin.notices import register

    __all__ = ["register"]
