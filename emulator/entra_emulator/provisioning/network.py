"""Faults between the provisioning service and a server."""

from __future__ import annotations

import threading

from .faults import Fault

_READING = {"GET"}


class Network:
    """What lies between the provisioning service and a server: faults to come.

    It is what :class:`~.faults.FaultyServer` asks about each request.
    """

    def __init__(self) -> None:
        self.fault: Fault | None = None
        self.remaining = 0
        self.only_changes = True
        self._lock = threading.Lock()

    def provoke(self, fault: Fault, requests: int, *, only_changes: bool) -> None:
        """Let a fault happen to that many requests from now on.

        ``only_changes`` spares requests that read: a cycle whose first look-up fails
        does not take place at all.
        """
        with self._lock:
            self.fault, self.remaining = fault, requests
            self.only_changes = only_changes

    def recover(self) -> None:
        """Let no more faults happen."""
        with self._lock:
            self.fault, self.remaining = None, 0

    def __call__(self, method: str, path: str) -> Fault | None:
        """Return what happens to a request, if anything."""
        with self._lock:
            if self.fault is None or (self.only_changes and method in _READING):
                return None
            fault = self.fault
            self.remaining -= 1
            if self.remaining == 0:
                self.fault = None
            return fault
