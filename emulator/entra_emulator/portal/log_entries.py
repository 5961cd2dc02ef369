"""Entries of the provisioning logs, as people read them."""

from __future__ import annotations

import json
from typing import Any

from entra_emulator.provisioning.logs import Exchange, LogEntry


class ShownExchange:
    """A request and its answer, as people read them."""

    def __init__(self, exchange: Exchange) -> None:
        self.request = f"{exchange.method} {exchange.path}"
        self.status = exchange.status
        self.body = _shown(exchange.body)
        self.answer = _shown(exchange.answer)


class ShownEntry:
    """An entry of the logs, with its exchanges as people read them."""

    def __init__(self, entry: LogEntry) -> None:
        self.entry = entry
        self.exchanges = [ShownExchange(one) for one in entry.exchanges]


def _shown(content: Any) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    return json.dumps(content, indent=2, ensure_ascii=False)
