"""A plugin of pretix, which brings the addresses that Entra needs."""

from __future__ import annotations

from django.apps import AppConfig


class HostConfig(AppConfig):
    name = "host"
    verbose_name = "Microsoft Entra ID"

    class PretixPluginMeta:
        name = "Microsoft Entra ID"
        author = "entra_scim"
        version = "1"
        visible = False
        description = "Provisioning and sign-in by Microsoft Entra ID."
