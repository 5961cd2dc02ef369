"""What Entra says of the settings that were saved with the access key.

The key itself it shows to nobody, but the settings beside it:
https://learn.microsoft.com/en-us/entra/identity/hybrid/cloud-sync/how-to-inbound-synch-ms-graph
"""

from __future__ import annotations

import json
from typing import Any

from .changes import Document, dicts


def differing(
    wanted: list[Document], found: Document, any_recipient: bool
) -> list[str]:
    """Return in which way saved settings differ, each with what to set.

    A setting that Entra does not show is not compared. ``any_recipient`` says that
    nobody chose who is notified, so that any recipient will do.
    """
    wishes = {one["key"]: one["value"] for one in wanted}
    saved = {one.get("key"): str(one.get("value")) for one in dicts(found, "value")}
    differences = []
    url = saved.get("BaseAddress", wishes["BaseAddress"])
    if url.rstrip("/") != wishes["BaseAddress"].rstrip("/"):
        differences.append(f"Tenant URL: it is {url}; set {wishes['BaseAddress']}")
    if saved.get("SyncAll", "false").lower() != wishes["SyncAll"]:
        differences.append(
            "Scope: all users and groups are provisioned; set Sync only assigned users "
            "and groups"
        )
    return differences + _notification(
        _settings(wishes["SyncNotificationSettings"]),
        _settings(saved.get("SyncNotificationSettings", "")),
        any_recipient,
    )


def scope_filters(wanted: Document, found: Document) -> list[str]:
    """Return what is said of filters that leave people out.

    Somebody made them, and may have meant it: they are never changed.
    https://learn.microsoft.com/en-us/graph/api/resources/synchronization-filter
    """
    filtered = [
        mapping
        for rule in dicts(found, "synchronizationRules")
        for mapping in dicts(rule, "objectMappings")
        if mapping.get("sourceObjectName") == wanted["sourceObject"]
        and any((mapping.get("scope") or {}).values())
    ]
    return [
        "Source object scope: a filter leaves people out; delete it under Attribute "
        "mapping if all who are assigned should be provisioned"
        for _mapping in filtered
    ]


def _notification(wanted: Document, found: Document, any_recipient: bool) -> list[str]:
    differences = []
    recipients = str(found.get("Recipients") or "") if found.get("Enabled") else ""
    wish = str(wanted.get("Recipients") or "")
    is_notified = recipients.lower() == wish.lower() or (any_recipient and recipients)
    if wish and not is_notified:
        differences.append(
            f"Notification email: failures are mailed to {recipients or 'nobody'}; set "
            f"{wish}"
        )
    threshold = found.get("DeleteThresholdValue")
    limit = wanted["DeleteThresholdValue"]
    if found.get("DeleteThresholdEnabled") is not True:
        differences.append(
            f"Accidental deletions: prevention is off; turn it on, with the threshold "
            f"{limit}"
        )
    elif str(threshold) != str(limit):
        differences.append(
            f"Accidental deletions: the threshold is {threshold}; set {limit}"
        )
    return differences


def _settings(text: str) -> Document:
    try:
        settings: Any = json.loads(text)
    except ValueError:
        return {}
    return settings if isinstance(settings, dict) else {}
