"""The provisioning logs, newest first."""

from __future__ import annotations

from typing import Any

from entra_emulator.provisioning.logs import Action, LogEntry, Status

from .log_entries import ShownEntry
from .provisioning import ProvisioningPage


class Logs(ProvisioningPage):
    """What cycles and tests did, with what was really sent and answered."""

    template_name = "logs.html"
    title = "Provisioning logs"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wanted = {
            name: self.request.GET.get(name, "").strip()
            for name in ("q", "status", "action")
        }
        entries = reversed(list(self.job.log)) if self.job else ()
        rows = self.rows([entry for entry in entries if _fits(entry, **wanted)])
        return super().get_context_data(
            rows=rows,
            entries=[ShownEntry(entry) for entry in rows],
            query=self.query(),
            wanted=wanted,
            is_filtered=any(wanted.values()),
            statuses=list(Status),
            possible_actions=list(Action),
            **kwargs,
        )


def _fits(entry: LogEntry, *, q: str, status: str, action: str) -> bool:
    text = f"{entry.name} {entry.object_id} {entry.target_id} {entry.error_code}"
    return (
        q.lower() in text.lower()
        and status in ("", entry.status)
        and action in ("", entry.action)
    )
